import { readFileSync, statSync } from 'node:fs'
import { Value } from 'typebox/value'
import { certificateFaults } from './certificate.ts'
import { check } from './check/check.ts'
import { ConfigFaults, type Fault } from './check/faults.ts'
import { FOREIGN } from './check/foreign.ts'
import { faultsBetween, notesOn } from './check/rules.ts'
import { readDocument } from './document.ts'
import { because, type Environment, readEnvironment } from './environment.ts'
import { entriesOf, freeze, overlay, settingAt } from './layers.ts'
import { dotted, type Path } from './path.ts'
import { resolve } from './resolve.ts'
import { ConfigFile } from './schema.ts'
import type { Config } from './shape.ts'

export { ConfigFaults } from './check/faults.ts'
export type { Config, Tls } from './shape.ts'

export interface ConfigOptions {
  readonly file?: string | undefined
  readonly env: Environment
  /** What stands above all: the command line's flags, or a test's wishes. By dotted key, as in the file. */
  readonly flags?: Readonly<Record<string, unknown>>
  readonly cwd?: string
  readonly hostname?: string
}

const LONGEST = 1_024 * 1_024

/**
 * The config of the daemon: file, credentials, environment, flags, the later one winning; complete and frozen, or
 * ConfigFaults with all that is wrong with it. Reads files and nothing else of the system.
 */
export function loadConfig(options: ConfigOptions): Config {
  const { file } = options
  const document = file === undefined ? undefined : readDocument(file, textOf(file))
  const environment = readEnvironment(options.env)
  const flags = Object.entries(options.flags ?? {}).map(([key, value]) => ({ key, value, origin: `--${key}` }))
  const above = new Map([...environment.settings, ...flags].map((setting) => [setting.key, setting]))

  const faults: Fault[] = [...(document?.faults ?? []), ...environment.faults]
  const notes: string[] = [...environment.notes]
  const fault = (way: Path, part: 'key' | 'value', message: string) => {
    const key = dotted(way)
    faults.push({ place: settingAt(above, key)?.origin ?? document?.place(way, part) ?? '', key, message })
  }
  const ignored: string[] = []
  const foreign = (way: Path) => {
    const known = FOREIGN.has(dotted(way))
    if (known) ignored.push(dotted(way))
    return known
  }

  const written = document ? document.values : STAND_ALONE
  const kept = check(ConfigFile, overlay(written, [...above.values()]), { fault, foreign })
  const complete: unknown = Value.Default(ConfigFile, Value.Clone(kept ?? {}))
  if (!Value.Check(ConfigFile, complete)) throw new Error('the schema of the config has no default where it needs one')
  const faulty = new Set(faults.map(({ key }) => key))
  for (const { way, message } of faultsBetween(complete)) if (!faulty.has(dotted(way))) fault(way, 'value', message)
  if (faults.length > 0) throw new ConfigFaults(faults)

  if (ignored.length > 0) notes.push(`${file}: FlatRun's, and without meaning here: ${ignored.join(', ')}`)
  if (file !== undefined && exposed(file, complete))
    notes.push(`${file} holds secrets, and anyone on this system may read it`)
  const config = resolve(complete, { ...options, given: document !== undefined })
  for (const { way, message } of certificateFaults(config.api.tls)) fault(way, 'value', message)
  if (faults.length > 0) throw new ConfigFaults(faults)
  const found = new Map([
    ['deployments_path', config.deploymentsPath],
    ['data_path', config.dataPath],
    ['cluster.server_name', config.cluster.serverName],
    ['cluster.advertise_url', config.cluster.advertiseUrl]
  ])
  return freeze({
    ...config,
    source: {
      given: document !== undefined,
      file,
      notes: [...notes, ...notesOn(complete)],
      entries: entriesOf({ complete, kept, above, document, found })
    }
  })
}

/** Without a config the agent joins others at once; with one, clustering is what the config says, as in FlatRun. */
const STAND_ALONE = { cluster: { enabled: true } } as const

function textOf(file: string): string {
  const refuse = (reason: string) => new ConfigFaults([{ place: file, key: '', message: reason }])
  try {
    if (statSync(file).size > LONGEST) throw refuse('the config is larger than 1 MiB')
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigFaults) throw error
    throw refuse(`the config cannot be read: ${because(error)}`)
  }
}

function exposed(file: string, { auth }: ConfigFile): boolean {
  const secrets = auth.api_keys.length > 0 || auth.jwt_secret.length > 0
  return secrets && process.platform !== 'win32' && (statSync(file).mode & 0o004) !== 0
}
