import pino, { type Logger } from 'pino'
import type { PrettyOptions } from 'pino-pretty'

export interface LogOptions {
  readonly level: string
  readonly format: 'json' | 'pretty'
  /** The stream leads to the journal, which keeps the time, the process and the priority by itself. */
  readonly journal: boolean
  readonly stream: { write(text: string): void }
  readonly colors?: boolean
}

/** What a log line may never hold, wherever a careless caller puts it. */
const SECRETS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-api-key"]',
  'headers.authorization',
  'headers.cookie',
  'api_key',
  'apiKey',
  'invite_token',
  'token',
  'password',
  'secret',
  '*.api_key',
  '*.apiKey',
  '*.invite_token',
  '*.token',
  '*.password',
  '*.secret'
]

/** The daemon's log: JSON lines, lines for people, or either with a priority in front for the journal. */
export async function createLog({ level, format, journal, stream, colors = false }: LogOptions): Promise<Logger> {
  const redact = { paths: SECRETS, censor: '<secret>' }
  if (journal) {
    // The journal has the time and the level of its own.
    const options = { colorize: false, ignore: 'level', singleLine: true }
    const line = format === 'pretty' ? await linesForPeople(options) : (json: string) => json
    return pino({ level, redact, base: null, timestamp: false }, withPriority(stream, line))
  }
  if (format === 'json') return pino({ level, redact, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
  const words = await linesForPeople({ colorize: colors, translateTime: 'SYS:HH:MM:ss' })
  return pino({ level, redact, base: null }, { write: (line) => stream.write(words(line)) })
}

/** Loaded when it is wanted: most agents write JSON. */
const linesForPeople = async (options: PrettyOptions) => (await import('pino-pretty')).prettyFactory(options)

/** journald reads `<3>` at the start of a line as the priority of that line (sd-daemon(3)). */
function withPriority(stream: LogOptions['stream'], text: (json: string) => string) {
  return {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write(line: string) {
      stream.write(`<${priority(this.lastLevel)}>${text(line)}`)
    }
  }
}

function priority(level: number): number {
  if (level >= 60) return 2
  if (level >= 50) return 3
  if (level >= 40) return 4
  return level >= 30 ? 6 : 7
}
