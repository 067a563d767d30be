import { isDeepStrictEqual } from 'node:util'
import type { Config } from './shape.ts'

/** What a running daemon takes over in place. For all else it is built anew, in the same process. */
const LIVE: ReadonlySet<string> = new Set(['auth.apiKeys', 'logging.level', 'logging.format'])

export interface ConfigChanges {
  /** Keys of Config that changed and need no more than to be told. */
  readonly live: readonly string[]
  /** Keys that changed and that parts of the daemon were built with. */
  readonly rebuild: readonly string[]
}

/** What differs between two configs. Keys only: values may be secret. */
export function changesBetween(before: Config, after: Config): ConfigChanges {
  const old = leaves(before)
  const changed = [...leaves(after)]
    .filter(([key, value]) => !isDeepStrictEqual(old.get(key), value))
    .map(([key]) => key)
  // Without keys in the config the daemon has one of its own, made when it was built.
  const ownKey = before.auth.apiKeys.length === 0 || after.auth.apiKeys.length === 0
  const isLive = (key: string) => LIVE.has(key) && !(key === 'auth.apiKeys' && ownKey)
  return { live: changed.filter(isLive), rebuild: changed.filter((key) => !isLive(key)) }
}

function leaves({ source: _, ...config }: Config): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const walk = (value: unknown, key: string) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return found.set(key, value)
    for (const [name, inner] of Object.entries(value)) walk(inner, key ? `${key}.${name}` : name)
  }
  walk(config, '')
  return found
}
