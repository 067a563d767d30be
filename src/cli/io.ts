import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

/** What a command sees of the world: the process's own streams, or a test's. */
export interface Io {
  /** What was asked for; scripts read it. */
  readonly out: (text: string) => void
  /** Words for a person, beside what was asked for. */
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  readonly colors: boolean
  /** A person is there to be asked. */
  readonly interactive: boolean
  readonly ask: (question: string, options?: { hidden?: boolean }) => Promise<string>
  /** All of stdin, or undefined where that is a terminal. */
  readonly piped: () => Promise<string | undefined>
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** The process's own. Ctrl-C ends what is under way; a second one ends the process. */
export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  // `… | head` has read enough: that is no fault.
  stdout.on('error', () => process.exit(0))
  const plain = (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.TERM === 'dumb'
  const interactive = stdin.isTTY === true && stderr.isTTY === true
  return {
    env,
    cwd: process.cwd(),
    home: env.HOME ?? '',
    colors: !plain && stdout.isTTY === true,
    interactive,
    signal: interrupted.signal,
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    ask: (question, options) => ask(question, options?.hidden ?? false, interrupted),
    piped: async () => (stdin.isTTY ? undefined : await text(stdin)),
    now: Date.now,
    wait: (ms) => pause(ms, undefined, { signal: interrupted.signal })
  }
}

async function ask(question: string, hidden: boolean, interrupted: AbortController): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true })
  // The terminal is in raw mode meanwhile: Ctrl-C comes as a key, and no signal follows.
  lines.once('SIGINT', () => interrupted.abort())
  try {
    return (await lines.question('', { signal: interrupted.signal })).trim()
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}
