import { isList, isMapping, type Mapping, type Value } from '../compose/yaml/value.ts'

/** A mapping as a plain object, to be answered as JSON. */
export function plainOf(mapping: Mapping): Record<string, unknown> {
  return Object.fromEntries([...mapping].map(([key, value]) => [key, plain(value)]))
}

function plain(value: Value): unknown {
  if (isMapping(value)) return plainOf(value)
  return isList(value) ? value.map(plain) : value
}
