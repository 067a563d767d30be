import { type Client, createClient } from './agent/client.ts'
import { findPlace } from './agent/place.ts'
import { CliFault, EXIT } from './exit.ts'
import { readText } from './fields.ts'
import type { Io } from './io.ts'
import { type Paint, painter } from './text/words.ts'

/** The flags that every command takes: those of FlatRun's command line, and files for what must not be in a process list. */
export interface Flags {
  readonly profile?: string
  readonly url?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly timeout?: string
  readonly insecureSkipVerify?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
  readonly color?: boolean
}

/** What a command works with. */
export interface Context {
  readonly io: Io
  readonly flags: Flags
  readonly json: boolean
  readonly paint: Paint
  readonly client: Client
  /** `--timeout` in milliseconds; undefined when it was not given. */
  readonly timeoutMs: number | undefined
  /** JSON for programs, or the text for people. */
  readonly print: (value: unknown, human: () => string) => void
  /** The same with the agent looked for once more: one that starts leaves its address only then. */
  readonly afresh: () => Context
}

const REQUEST_MS = 30_000

export function createContext(flags: Flags, io: Io): Context {
  const timeoutMs = flags.timeout === undefined ? undefined : durationOf(flags.timeout)
  const json = flags.json === true
  const { tokenFile, ...others } = flags
  const token = tokenFile === undefined ? flags.token : readText(tokenFile).trim()
  if (token === '') throw new CliFault(EXIT.usage, `${tokenFile} holds no key`)
  const client = createClient({
    place: findPlace({ profile: flags.profile, url: flags.url, token }, io),
    timeoutMs: timeoutMs ?? REQUEST_MS,
    insecure: flags.insecureSkipVerify === true,
    signal: io.signal,
    trace: (line) => {
      if (flags.verbose) io.err(line)
    }
  })
  return {
    io,
    flags,
    json,
    client,
    timeoutMs,
    paint: painter(io.colors && flags.color !== false && !json),
    afresh: () => createContext({ ...others, ...(token !== undefined && { token }) }, io),
    print: (value, human) => io.out(json ? JSON.stringify(value, null, 2) : human())
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Go's durations, and a bare number of seconds. */
export function durationOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text) * 1_000
  const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0)
  if (!whole || total <= 0) throw new CliFault(EXIT.usage, `"${text}" is no duration`, 'For example: 500ms, 30s, 1m30s')
  return total
}
