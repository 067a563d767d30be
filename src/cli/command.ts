import type { Command } from 'commander'
import { type Context, createContext, type Flags } from './context.ts'
import type { Io } from './io.ts'
import { text } from './text/shape.ts'

/** What was given to one command. */
export interface Given {
  readonly args: readonly string[]
  /** An option's text; empty when it was not given. */
  readonly option: (name: string) => string
  readonly has: (name: string) => boolean
  readonly list: (name: string) => readonly string[]
}

/** Gives the exit code, or nothing for 0. */
type Act = (context: Context, given: Given) => Promise<number | undefined> | Promise<void>

/** How commands are tied to their commander: with one place where the exit code is kept. */
export interface Tie {
  readonly io: Io
  readonly act: (command: Command, run: Act) => Command
}

export function createTie(io: Io, ended: (code: number) => void): Tie {
  return {
    io,
    act: (command, run) =>
      command.action(async () => {
        const flags = command.optsWithGlobals<Flags>()
        if (flags.token !== undefined)
          io.err('note: others can read --token in the list of processes; --token-file keeps it out of there')
        const context = createContext(flags, io)
        for (const note of context.client.place.notes) io.err(`note: ${note}`)
        ended((await run(context, givenTo(command))) ?? 0)
      })
  }
}

export function givenTo(command: Command): Given {
  const options: Record<string, unknown> = command.opts()
  return {
    args: command.args,
    option: (name) => text(options[name]),
    has: (name) => options[name] !== undefined && options[name] !== false,
    list: (name) => (Array.isArray(options[name]) ? options[name] : [])
  }
}

/** For options that may be given more than once. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Examples under a command's help. */
export const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  flatrun-cluster ${line}`).join('\n')}\n`
