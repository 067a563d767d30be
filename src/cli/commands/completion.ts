import type { Command } from 'commander'
import { examples, type Tie } from '../command.ts'
import { complete, SHELLS } from '../completion.ts'
import { createContext, type Flags } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { namesIn } from './peers.ts'

/** `completion SHELL`, and what its scripts ask. */
export function completionCommands(program: Command, { io }: Tie): void {
  const shells = Object.keys(SHELLS).join(', ')
  program
    .command('completion <shell>')
    .summary(`Print the completion script of a shell: ${shells}`)
    .addHelpText('after', examples('completion bash > /etc/bash_completion.d/flatrun-cluster'))
    .action((shell: string) => {
      const script = SHELLS[shell]
      if (script === undefined)
        throw new CliFault(EXIT.usage, `no completion for "${shell}"`, `There is one for: ${shells}`)
      io.out(script.trimEnd())
    })

  const asked = program
    .command('complete [words...]', { hidden: true })
    .summary('What the completion scripts ask')
    .allowUnknownOption()
  asked.action(async (typed: string[]) => {
    const { words, peers } = complete(program, typed)
    const last = typed.at(-1) ?? ''
    const names = peers ? await peerNames(asked.optsWithGlobals<Flags>()) : []
    for (const word of [...words, ...names.filter((name) => name.startsWith(last))]) io.out(word)
  })

  /** Whoever presses Tab does not wait, and is told of no error. */
  async function peerNames(flags: Flags): Promise<string[]> {
    try {
      return namesIn(await createContext({ ...flags, timeout: '1s' }, io).client.get('/cluster/peers'))
    } catch {
      return []
    }
  }
}
