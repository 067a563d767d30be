import { Actor } from 'xstate'
import { isSecretName, SECRET, withoutSecrets } from './secrets.ts'

export interface Limits {
  depth: number
  /** Of one object or list. */
  entries: number
  /** Of one text. */
  characters: number
  /** Objects, lists and texts of one message, all together. */
  total: number
  /** A definition: names of states and events are no secrets, whatever they are called; texts under them may be. */
  open?: boolean
}

export const DATA: Limits = { depth: 8, entries: 40, characters: 2_000, total: 2_000 }
export const DEFINITION: Limits = { depth: 24, entries: 500, characters: 2_000, total: 20_000, open: true }

const UNREADABLE = '[unreadable]'
/** Longer texts are not looked through; they are cut long before. */
const LOOKED_THROUGH = 20_000

/**
 * A copy of anything that may be shown: plain, bounded, and without secrets, whether by name or by form. It never
 * throws, whatever it meets: whoever watches must not hurt what is watched.
 */
export function presentable(value: unknown, limits: Limits = DATA): unknown {
  let left = limits.total
  return copy(value, 0)

  function copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return textOf(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
    if (typeof value === 'boolean' || value === null) return value
    if (typeof value !== 'object') return undefined
    left--
    if (left < 0 || depth >= limits.depth) return '…'
    try {
      return copyOf(value, depth)
    } catch {
      return UNREADABLE
    }
  }

  function copyOf(value: object, depth: number): unknown {
    if (Array.isArray(value)) return listOf(value, depth)
    if (value instanceof Actor) return { actor: textOf(value.id) }
    if (value instanceof Error) return { name: value.name, message: textOf(value.message), ...objectOf(value, depth) }
    if (value instanceof Date) return String(value.getTime())
    if (value instanceof Set) return listOf([...value], depth)
    if (value instanceof Map) return objectOf(Object.fromEntries(value), depth)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return objectOf(value, depth)
    return `[${value.constructor?.name ?? 'object'}]`
  }

  function listOf(list: readonly unknown[], depth: number): unknown[] {
    const shown = list.slice(0, limits.entries).map((one) => copy(one, depth + 1) ?? null)
    return list.length > shown.length ? [...shown, `… ${list.length - shown.length} more`] : shown
  }

  function objectOf(object: object, depth: number): Record<string, unknown> {
    const names = Object.keys(object)
    const shown: Record<string, unknown> = {}
    for (const name of names.slice(0, limits.entries)) {
      const value = read(object, name)
      const secret = isSecretName(name) && value !== null && value !== undefined
      const hidden = secret && !(limits.open && typeof value === 'object')
      const said = hidden ? SECRET : copy(value, depth + 1)
      if (said !== undefined) shown[textOf(name)] = said
    }
    if (names.length > limits.entries) shown['…'] = `${names.length - limits.entries} more`
    return shown
  }

  function textOf(text: string): string {
    left--
    const safe = withoutSecrets(text.slice(0, LOOKED_THROUGH))
    return safe.length > limits.characters ? `${safe.slice(0, limits.characters)}… (${text.length})` : safe
  }
}

function read(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name)
  } catch {
    return UNREADABLE
  }
}
