import type { Command } from 'commander'

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

/** Commands whose arguments are names of peers. */
const TAKE_PEERS = new Set(['check', 'remove', 'explain', 'wait', 'peers-delete'])

export interface Completed {
  readonly words: readonly string[]
  /** The names of peers fit as well. */
  readonly peers: boolean
}

/** What may come where the last of these words is being typed. */
export function complete(program: Command, typed: readonly string[]): Completed {
  const last = typed.at(-1) ?? ''
  let command = program
  for (const word of typed.slice(0, -1)) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next) command = next
  }
  if (last.startsWith('-'))
    return { words: flagsOf(command, program).filter((flag) => flag.startsWith(last)), peers: false }
  const words = visible(command).map((one) => one.name())
  return { words: words.filter((word) => word.startsWith(last)), peers: TAKE_PEERS.has(command.name()) }
}

const visible = (command: Command) => command.createHelp().visibleCommands(command)

const flagsOf = (command: Command, program: Command) =>
  [...command.options, ...(command === program ? [] : program.options)].flatMap(({ long }) => long ?? [])
