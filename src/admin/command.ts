import { type Command, CommanderError } from 'commander'
import { type Given, givenTo } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { Fatal } from '../errors/fatal.ts'

/** What the program hands to those who add commands for this machine. */
export interface Machine {
  readonly io: Io
  /** Keeps the exit code. */
  readonly ended: (code: number) => void
}

/** Gives the exit code, or nothing for 0. */
export type Act = (given: Given, io: Io) => Promise<number | undefined> | number | undefined

export type Local = ReturnType<typeof createLocal>

/** Flags of the program that say which agent, and with which key: words without meaning to a command of this machine. */
const OF_AGENTS = ['profile', 'url', 'token', 'tokenFile', 'timeout', 'insecureSkipVerify']
const EXIT_USAGE = 64

/** Commands of this machine end as the agent does (sysexits), because a service manager reads them. */
export function createLocal(program: Command, { io, ended }: Machine) {
  return {
    /** A command with its own help, which shows no flags of agents. */
    command(words: string, summary: string): Command {
      const command = program.command(words).summary(summary).description(summary)
      command.configureHelp({ showGlobalOptions: false })
      return command.exitOverride(({ exitCode, code, message }) => {
        throw new CommanderError(exitCode === 0 ? 0 : EXIT_USAGE, code, message)
      })
    },
    act(command: Command, run: Act): Command {
      return command.action(async () => {
        const foreign = OF_AGENTS.find((name) => program.opts()[name] !== undefined)
        if (foreign) throw new Fatal(EXIT_USAGE, `--${dashed(foreign)} says nothing to a command of this machine`)
        const options: Record<string, unknown> = program.opts()
        const given = givenTo(command)
        // The program takes --json wherever it stands.
        const has = (name: string) => given.has(name) || (name === 'json' && options.json === true)
        ended((await tried(async () => run({ ...given, has }, io))) ?? 0)
      })
    }
  }
}

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const MEANING: Readonly<Record<string, readonly [code: number, what: string]>> = {
  EACCES: [77, 'this user may not use'],
  EPERM: [77, 'this user may not use'],
  ENOSPC: [74, 'no room is left for'],
  EDQUOT: [74, 'no room is left for'],
  EIO: [74, 'the disk fails at'],
  EROFS: [73, 'the file system is read-only:'],
  ENOTDIR: [73, 'a file is in the way of'],
  EISDIR: [73, 'a folder is in the place of'],
  ENOENT: [66, 'there is no']
}

/** What the system refuses is no fault of the program: a sentence and a code instead of a stack. */
async function tried<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Fatal || !(error instanceof Error) || !('code' in error)) throw error
    const [code, what] = MEANING[String(error.code)] ?? []
    if (code === undefined) throw error
    const place = 'path' in error && typeof error.path === 'string' ? error.path : ''
    const hint = code === 77 ? '; run it again with sudo' : ''
    throw new Fatal(code, `${what} ${place || String(error.code)}${hint}`, { cause: error })
  }
}
