import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { codeOf } from '../untyped.ts'
import { CliFault, EXIT } from './exit.ts'

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
  /** @throws CliFault when the person ends it: Ctrl-C, or Ctrl-D for no answer. */
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
  const plain = (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.TERM === 'dumb'
  let interrupted: AbortController | undefined
  // Only for who looks at it: the agent has its own way to stop.
  const interrupt = () => {
    if (interrupted) return interrupted
    const begun = new AbortController()
    process.once('SIGINT', () => begun.abort())
    interrupted = begun
    return begun
  }
  let guarded = false
  const out = (line: string) => {
    if (!guarded) stdout.on('error', (fault) => process.exit(unwritten(fault, stderr)))
    guarded = true
    stdout.write(`${line}\n`)
  }
  return {
    env,
    cwd: process.cwd(),
    home: env.HOME ?? '',
    colors: !plain && stdout.isTTY === true,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    get signal() {
      return interrupt().signal
    },
    out,
    err: (line) => void stderr.write(`${line}\n`),
    ask: (question, options) => ask(question, options?.hidden ?? false, interrupt()),
    piped: async () => (stdin.isTTY ? undefined : await text(stdin)),
    now: Date.now,
    wait: (ms) => pause(ms, undefined, { signal: interrupt().signal })
  }
}

/** `… | head` has read enough, and that is no fault; a full disk is one: what was asked for is lost. */
function unwritten(fault: Error, stderr: NodeJS.WriteStream): number {
  if (codeOf(fault) === 'EPIPE') return EXIT.ok
  stderr.write(`Error: the output could not be written: ${fault.message}\n`)
  return EXIT.failed
}

/** The question is the prompt of the line that is typed: readline writes that line anew with each key. */
async function ask(question: string, hidden: boolean, interrupted: AbortController): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true })
  // The terminal is in raw mode from here on, so nothing that is typed at once is shown; Ctrl-C comes as a key, and no signal follows.
  if (hidden) process.stderr.write(question)
  lines.once('SIGINT', () => interrupted.abort())
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
  try {
    const typed = lines.question(hidden ? '' : question, { signal: interrupted.signal }).catch(() => undefined)
    const answer = await Promise.race([typed, ended])
    if (answer !== undefined) return answer.trim()
    process.stderr.write('\n')
    if (interrupted.signal.aborted) throw new CliFault(EXIT.interrupted, 'interrupted; nothing was done')
    throw new CliFault(EXIT.failed, 'no answer was given; nothing was done')
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}
