/** What a YAML text holds. Mappings are Maps, so that no name of a service or variable is special. */
export type Value = string | number | boolean | null | readonly Value[] | Mapping
export interface Mapping extends ReadonlyMap<string, Value> {}

/** Where a value is: the keys that lead to it. */
export type Path = readonly string[]

export const EMPTY: Mapping = new Map()

export const isMapping = (value: unknown): value is Mapping => value instanceof Map
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)

export const mappingOf = (value: Value | undefined): Mapping => (isMapping(value) ? value : EMPTY)
export const listOf = (value: Value | undefined): readonly Value[] => (isList(value) ? value : [])

/** Numbers and booleans are what YAML makes of unquoted words, so they count as text. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export function kindOf(value: Value): string {
  if (value === null) return 'nothing'
  if (isMapping(value)) return 'a mapping'
  return isList(value) ? 'a list' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}

/** The same mapping without some of its keys, or with another value at one. */
export const without = (mapping: Mapping, ...keys: string[]): Mapping =>
  new Map([...mapping].filter(([key]) => !keys.includes(key)))
export const withKey = (mapping: Mapping, key: string, value: Value): Mapping => new Map(mapping).set(key, value)
