import { CommanderError } from 'commander'
import { CliFault, EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { createProgram, type LocalCommands } from './program.ts'
import { harmless, painter } from './text/words.ts'

export interface CliOptions {
  readonly io: Io
  readonly version: string
  /** Adds the commands that act on this machine and not on a running agent. */
  readonly locals: LocalCommands
}

/** Runs one command; gives the exit code. Knows agents over HTTP only, never their stores. */
export async function runCli(words: readonly string[], { io, version, locals }: CliOptions): Promise<number> {
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
  // Commander has said it already; help and --version are no faults, and its own code for all others is 1.
  if (error instanceof CommanderError) return error.exitCode === 1 ? EXIT.usage : error.exitCode
  if (!(error instanceof CliFault)) {
    if (io.signal.aborted) return EXIT.interrupted
    throw error
  }
  if (io.signal.aborted && error.exitCode !== EXIT.interrupted) return EXIT.interrupted
  const paint = painter(io.colors)
  io.err(`${paint('red', 'Error:')} ${harmless(error.message)}`)
  if (error.hint !== undefined) io.err(`${paint('dim', '→')} ${harmless(error.hint)}`)
  return error.exitCode
}
