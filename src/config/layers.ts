import { type TSchema, Type } from 'typebox'
import { isRecord } from '../untyped.ts'
import type { ConfigDocument } from './document.ts'
import type { Setting } from './environment.ts'
import { allKeys, secret } from './keys.ts'
import type { Entry } from './shape.ts'

/** A config's values with settings laid over them. Where the file has no section to hold a setting, the check says so. */
export function overlay(values: unknown, settings: readonly Setting[]): unknown {
  if (values !== undefined && values !== null && !isRecord(values)) return values
  let result: Record<string, unknown> = { ...values }
  for (const { key, value } of settings) result = placed(result, key.split('.'), value)
  return result
}

function placed(section: Record<string, unknown>, way: readonly string[], value: unknown): Record<string, unknown> {
  const [name = '', ...rest] = way
  if (rest.length === 0) return { ...section, [name]: value }
  const inner = section[name] ?? {}
  return isRecord(inner) ? { ...section, [name]: placed(inner, rest, value) } : section
}

/** The setting that a key, or a part of it such as `alerts.targets[0].url`, comes from. */
export function settingAt(settings: ReadonlyMap<string, Setting>, key: string): Setting | undefined {
  for (const [name, setting] of settings)
    if (key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`)) return setting
  return undefined
}

export interface Layers {
  /** Every key with its value, defaults included. */
  readonly complete: unknown
  /** Without the defaults. */
  readonly kept: unknown
  readonly above: ReadonlyMap<string, Setting>
  readonly document: ConfigDocument | undefined
  /** Values that the system filled in where the config is silent. */
  readonly found: ReadonlyMap<string, unknown>
}

/** Every key as it counts, with where it came from; secrets replaced. */
export function entriesOf({ complete, kept, above, document, found }: Layers): Entry[] {
  return allKeys().map(({ key, schema }) => {
    const way = key.split('.')
    const value = found.get(key) ?? at(complete, way)
    const set = at(kept, way) !== undefined
    const origin = above.get(key)?.origin ?? (set && document ? document.line(way) : 'default')
    return { key, value: cut(value, schema), origin: set ? origin : 'default' }
  })
}

const at = (values: unknown, way: readonly string[]): unknown =>
  way.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), values)

/** Says that there is a secret, and how many, but nothing of it; what lies beside secrets and is none stays. */
function cut(value: unknown, schema: TSchema): unknown {
  if (!secret(schema)) return value
  if (Array.isArray(value)) {
    const items = Type.IsArray(schema) ? schema.items : schema
    return value.map((item) => cut(item, items))
  }
  if (!isRecord(value)) return value === '' ? '' : '<secret>'
  const parts = partsOf(schema)
  // Of a part that one kind of value keeps secret, and of one that no kind names, nothing is told.
  const isOpen = (name: string) => {
    const known = parts.flatMap((part) => part[name] ?? [])
    return known.length > 0 && !known.some(secret)
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isOpen(name) ? inner : cut(inner, HIDDEN)])
  )
}

const HIDDEN = Type.String({ writeOnly: true })

/** The properties of each kind of object that a value may be. */
function partsOf(schema: TSchema): Record<string, TSchema>[] {
  if (Type.IsUnion(schema)) return schema.anyOf.flatMap(partsOf)
  return Type.IsObject(schema) ? [schema.properties] : []
}

export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
