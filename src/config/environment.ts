import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type TSchema, Type } from 'typebox'
import { parse } from 'yaml'
import { codeOf } from '../untyped.ts'
import type { Fault } from './check/faults.ts'
import { FOREIGN } from './check/foreign.ts'
import { nearest } from './check/nearest.ts'
import { allKeys, type Key, secret, variableOf } from './keys.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A value that stands above the file: from a variable, a credential, or a flag. */
export interface Setting {
  readonly key: string
  readonly value: unknown
  readonly origin: string
}

export interface Settings {
  readonly settings: readonly Setting[]
  readonly faults: readonly Fault[]
  readonly notes: readonly string[]
}

const LONGEST = 64 * 1_024

/** What FlatRun's command line reads from the environment: it may be set here and is no mistake. */
const COMMAND_LINE = new Set([
  'URL',
  'TOKEN',
  'PROFILE',
  'TIMEOUT',
  'CONFIG',
  'JSON',
  'VERBOSE',
  'INSECURE_SKIP_VERIFY'
])

/**
 * The settings that the environment holds: `FLATRUN_CLUSTER__SERVER_NAME`, the same with `_FILE` to read it from a file
 * (a bare name is one of systemd's credentials), and credentials that are named like their key (`auth.jwt_secret`).
 */
export function readEnvironment(env: Environment): Settings {
  const faults: Fault[] = []
  const notes: string[] = []
  const settings: Setting[] = []
  const known = new Map(allKeys().map((entry) => [variableOf(entry.key), entry]))

  for (const entry of known.values()) {
    const file = secret(entry.schema) ? handedOver(env, entry.key) : undefined
    if (file !== undefined) fromFile(entry, file, `credential ${entry.key}`)
  }
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith('FLATRUN_')) continue
    const direct = known.get(name)
    const filed = name.endsWith('_FILE') ? known.get(name.slice(0, -'_FILE'.length)) : undefined
    if (direct) settings.push(setting(direct, text, name, false))
    else if (filed && env[variableOf(filed.key)] !== undefined)
      faults.push({ place: name, key: filed.key, message: `set it or ${variableOf(filed.key)}, not both` })
    else if (filed) fromFile(filed, located(env, text), name)
    else judgeUnknown(name, known)
  }
  return { settings, faults, notes }

  function fromFile(entry: Key, file: string, place: string) {
    const content = readText(file)
    if (typeof content === 'string') settings.push(setting(entry, content, place, true))
    else faults.push({ place, key: entry.key, message: `${content.reason} (${file})` })
  }

  function judgeUnknown(name: string, keys: ReadonlyMap<string, Key>) {
    const rest = name.slice('FLATRUN_'.length)
    const place = rest.toLowerCase().replaceAll('__', '.')
    if (FOREIGN.has(place) || FOREIGN.has(place.split('.')[0] ?? ''))
      return notes.push(`${name} means nothing here and is ignored`)
    if (COMMAND_LINE.has(rest)) return
    const near = nearest(name, keys.keys())
    if (near || rest.includes('__'))
      return faults.push({
        place: name,
        key: '',
        message: near ? `unknown variable; did you mean ${near}?` : 'unknown variable'
      })
    return notes.push(`${name} is no setting of the agent and is ignored`)
  }
}

/** A name without a slash is one of the credentials that systemd handed over. */
function located(env: Environment, name: string): string {
  return name.includes('/') ? name : (handedOver(env, name) ?? name)
}

/** A folder of credentials arrives with the name that the unit gives it in front of each file. */
function handedOver(env: Environment, name: string): string | undefined {
  const folder = env.CREDENTIALS_DIRECTORY
  if (!folder) return undefined
  const places = [name, `flatrun_${name}`].map((file) => path.join(folder, file))
  return places.find((file) => existsSync(file))
}

function readText(file: string): string | { reason: string } {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.length > LONGEST) return { reason: 'the file is larger than 64 KiB' }
    if (text.trim() === '') return { reason: 'the file is empty' }
    return text.replace(/(\r?\n)+$/, '')
  } catch (error) {
    return { reason: `the file cannot be read: ${because(error)}` }
  }
}

/** The reason of a failed file operation, without the path. */
export function because(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  return String(code ?? error)
}

const setting = ({ key, schema }: Key, text: string, origin: string, lines: boolean): Setting => ({
  key,
  value: read(schema, text, lines),
  origin
})

/** Text becomes what the key wants where that is plain; anything else stays text, and the check says what is expected. */
function read(schema: TSchema, text: string, lines: boolean): unknown {
  if (Type.IsInteger(schema) && /^-?\d+$/.test(text)) return Number(text)
  if (Type.IsArray(schema)) return list(text) ?? split(text, lines ? /[\n,]/ : /,/)
  if (!Type.IsUnion(schema) || !schema.anyOf.some(Type.IsArray)) return text
  const several = list(text)
  if (several) return several
  if (schema.anyOf.some(Type.IsString)) return lines && text.includes('\n') ? split(text, /\n/) : text
  return /^(true|false|yes|no|on|off)$/i.test(text) ? text : split(text, /,/)
}

const split = (text: string, between: RegExp) =>
  text
    .split(between)
    .map((part) => part.trim())
    .filter(Boolean)

function list(text: string): unknown[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined
  try {
    const value: unknown = parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
