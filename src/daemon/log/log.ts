import pino, { type Logger } from 'pino'
import type { PrettyOptions } from 'pino-pretty'

export interface LogOptions {
  readonly level: string
  readonly format: Format
  /** The stream leads to the journal, which keeps the time, the process and the priority by itself. */
  readonly journal: boolean
  readonly stream: { write(text: string): void }
  readonly colors?: boolean
}

type Format = 'json' | 'pretty'

export interface Log {
  readonly log: Logger
  /** Goes on at another level or in another format. */
  become(next: Pick<LogOptions, 'level' | 'format'>): Promise<void>
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
export async function createLog({ level, format, journal, stream, colors = false }: LogOptions): Promise<Log> {
  const lines = (next: Format) => linesOf(next, { journal, colors })
  let line = await lines(format)
  const timestamp = journal ? false : pino.stdTimeFunctions.isoTime
  const target = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write(json: string) {
      // journald reads `<3>` at the start of a line as the priority of that line (sd-daemon(3)).
      stream.write(`${journal ? `<${priority(this.lastLevel)}>` : ''}${line(json)}`)
    }
  }
  const log = pino({ level, redact: { paths: SECRETS, censor: '<secret>' }, base: null, timestamp }, target)
  return {
    log,
    become: async (next) => {
      line = await lines(next.format)
      log.level = next.level
    }
  }
}

async function linesOf(format: Format, { journal, colors }: { journal: boolean; colors: boolean }) {
  if (format === 'json') return (json: string) => json
  // The journal has the time and the level of its own.
  if (journal) return linesForPeople({ colorize: false, ignore: 'level', singleLine: true })
  return linesForPeople({ colorize: colors, translateTime: 'SYS:HH:MM:ss' })
}

/** Loaded when it is wanted: most agents write JSON. Bundled, such a package gives its default alone. */
const linesForPeople = async (options: PrettyOptions) => (await import('pino-pretty')).default.prettyFactory(options)

function priority(level: number): number {
  if (level >= 60) return 2
  if (level >= 50) return 3
  if (level >= 40) return 4
  return level >= 30 ? 6 : 7
}
