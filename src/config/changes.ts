import { isDeepStrictEqual } from 'node:util'
import type { Config } from './shape.ts'

/** What a running daemon takes over in place. For all else it is built anew, in the same process. */
const LIVE: ReadonlySet<string> = new Set(['auth.api_keys', 'logging.level', 'logging.format'])

export interface ConfigChanges {
  /** Keys of the file that changed and need no more than to be told. */
  readonly live: readonly string[]
  /** Keys that changed and that parts of the daemon were built with. */
  readonly rebuild: readonly string[]
}

/** What differs between two configs. Keys only: values may be secret. */
export function changesBetween(before: Config, after: Config): ConfigChanges {
  const [old, now] = [leaves(before), leaves(after)]
  // A section that was taken out leaves its keys in the old one only.
  const changed = [...new Set([...now.keys(), ...old.keys()])].filter(
    (key) => !isDeepStrictEqual(old.get(key), now.get(key))
  )
  // Without keys in the config the daemon has one of its own, made when it was built.
  const ownKey = before.auth.apiKeys.length === 0 || after.auth.apiKeys.length === 0
  const isLive = (key: string) => LIVE.has(key) && !(key === 'auth.api_keys' && ownKey)
  return { live: changed.filter(isLive), rebuild: changed.filter((key) => !isLive(key)) }
}

function leaves({ source: _, ...config }: Config): Map<string, unknown> {
  const found = new Map<string, unknown>()
  const walk = (value: unknown, key: string) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return found.set(key, value)
    for (const [name, inner] of Object.entries(value)) walk(inner, key ? `${key}.${written(name)}` : written(name))
  }
  walk(config, '')
  return found
}

/** As the file has it: `request_timeout` for `requestTimeoutMs`, `jwt_secret` for `jwtSecrets`. */
const written = (name: string) =>
  name.replace(/Ms$|(?<=Secret)s$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
