import type { Command, Option } from 'commander'

/** Shells whose completion is known; each asks the hidden command `complete` for the words that fit. */
export const SHELLS: Readonly<Record<string, string>> = {
  bash: `# flatrun-cluster completion bash > /etc/bash_completion.d/flatrun-cluster
_flatrun_cluster() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(flatrun-cluster complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _flatrun_cluster flatrun-cluster
`,
  zsh: `#compdef flatrun-cluster
# flatrun-cluster completion zsh > "\${fpath[1]}/_flatrun-cluster"
_flatrun_cluster() {
  local -a found
  found=("\${(@f)$(flatrun-cluster complete -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _flatrun_cluster flatrun-cluster
`,
  fish: `# flatrun-cluster completion fish > ~/.config/fish/completions/flatrun-cluster.fish
complete -c flatrun-cluster -f -a '(flatrun-cluster complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`
}

/** Arguments and options whose values are names of servers. */
const SERVERS = /^(peer|name|on|not|server|servers|for-peer)$/
/** Commands whose argument `name` is the name of something else. */
const OTHER_NAMES = new Set(['deployment', 'logs', 'restart', 'machine', 'graph', 'show'])

export interface Completed {
  readonly words: readonly string[]
  /** The names of peers fit as well. */
  readonly peers: boolean
}

/** What may come where the last of these words is being typed. */
export function complete(program: Command, typed: readonly string[]): Completed {
  const last = typed.at(-1) ?? ''
  const { command, values, awaited } = walked(program, typed.slice(0, -1))
  const fitting = (words: readonly string[], peers = false) => ({
    words: words.filter((word) => word.startsWith(last)),
    peers
  })
  if (awaited) return fitting(awaited.argChoices ?? [], SERVERS.test(awaited.name()))
  if (last.startsWith('-')) return fitting(flagsOf(command, program))
  const argument = command.registeredArguments[values] ?? command.registeredArguments.findLast((one) => one.variadic)
  const named = SERVERS.test(argument?.name() ?? '') && !isOther(command)
  // Once an argument was given, no command of the family can follow.
  const commands = values === 0 ? visible(command).map((one) => one.name()) : []
  return fitting([...commands, ...(argument?.argChoices ?? [])], named)
}

interface Walked {
  readonly command: Command
  /** How many arguments were given to it. */
  readonly values: number
  /** The option whose value comes next. */
  readonly awaited: Option | undefined
}

function walked(program: Command, words: readonly string[]): Walked {
  let command = program
  let values = 0
  let awaited: Option | undefined
  for (const word of words) {
    if (awaited) awaited = undefined
    else if (word.startsWith('-')) {
      const option = [...command.options, ...program.options].find(({ long, short }) => long === word || short === word)
      awaited = option?.required || option?.optional ? option : undefined
    } else {
      const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      if (next && values === 0) command = next
      else values += 1
    }
  }
  return { command, values, awaited }
}

const isOther = (command: Command): boolean =>
  OTHER_NAMES.has(command.name()) || (command.parent !== null && isOther(command.parent))

const visible = (command: Command) => command.createHelp().visibleCommands(command)

const flagsOf = (command: Command, program: Command) =>
  [...command.options, ...(command === program ? [] : program.options)].flatMap(({ long, hidden }) =>
    long && !hidden ? [long] : []
  )
