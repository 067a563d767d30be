import { CommanderError } from 'commander'
import { CliFault, EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { createProgram, type LocalCommand } from './program.ts'
import { harmless, painter } from './words.ts'

export type { LocalCommand } from './program.ts'

export interface CliOptions {
  /** Made only for commands that talk to an agent: it takes Ctrl-C over. */
  readonly io: () => Io
  readonly version: string
  readonly locals: readonly LocalCommand[]
}

/** Runs one command; gives the exit code. Knows agents over HTTP only, never their stores. */
export async function runCli(words: readonly string[], { io: open, version, locals }: CliOptions): Promise<number> {
  const local = locals.find(({ name }) => name === words[0])
  if (local && !words.some((word) => word === '--help' || word === '-h')) return local.run(words.slice(1))
  const io = open()
  let code: number = EXIT.ok
  const ended = (given: number) => {
    code = given
  }
  const program = createProgram({ io, version, locals, ended })
  try {
    if (words.length === 0) program.outputHelp()
    else await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    return report(error, io)
  }
}

function report(error: unknown, io: Io): number {
  // Commander has said it already; help and --version are no faults.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (io.signal.aborted) return EXIT.interrupted
  if (!(error instanceof CliFault)) throw error
  const paint = painter(io.colors)
  io.err(`${paint('red', 'Error:')} ${harmless(error.message)}`)
  if (error.hint !== undefined) io.err(`${paint('dim', '→')} ${harmless(error.hint)}`)
  return error.exitCode
}
