import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runCli } from '../../src/cli/cli.ts'
import type { Io } from '../../src/cli/io.ts'
import type { LocalCommands } from '../../src/cli/program.ts'
import { OPERATOR_KEY, type TestNode, temporaryFolder } from '../daemon.ts'

interface Ran {
  code: number
  out: string
  err: string
}

export interface Setting {
  /** The agent that the environment names. */
  node?: TestNode
  env?: Record<string, string>
  /** A person at a terminal, who says this. */
  answers?: string[]
  stdin?: string
  cwd?: string
  home?: string
  colors?: boolean
  signal?: AbortSignal
  locals?: LocalCommands
  /** Called with each line as it comes. */
  onLine?: (line: string) => void
  now?: () => number
}

export type Cli = (words: string, setting?: Setting) => Promise<Ran>

/** Commands as they are typed, against real agents, in a home folder of their own. Words in quotes stay together. */
export function createCli(t: TestContext, usual: Setting = {}): Cli {
  const home = temporaryFolder(t)
  return async (words, setting = {}) => {
    const { node, env = {}, answers, stdin, cwd = home, colors = false, onLine, ...rest } = { ...usual, ...setting }
    const out: string[] = []
    const err: string[] = []
    const keep = (lines: string[]) => (line: string) => {
      lines.push(line)
      onLine?.(line)
    }
    const io: Io = {
      out: keep(out),
      err: keep(err),
      env: { ...(node && { FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY }), ...env },
      cwd,
      home: rest.home ?? home,
      colors,
      interactive: answers !== undefined,
      ask: async (question) => {
        const said = answers?.shift()
        assert.notEqual(said, undefined, `nobody answers: ${question}`)
        return said ?? ''
      },
      piped: async () => stdin,
      now: rest.now ?? Date.now,
      wait: async (ms) => {
        await pause(Math.min(ms, 20))
        rest.signal?.throwIfAborted()
      },
      signal: rest.signal ?? new AbortController().signal
    }
    const split = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
    const code = await runCli(split, { io, version: '0.1.0', locals: rest.locals ?? (() => {}) })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
}
