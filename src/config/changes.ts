import { isDeepStrictEqual } from 'node:util'
import type { Config } from './shape.ts'

/** What the running daemon takes over from a config that was read again. All else waits for a restart. */
const LIVE: readonly string[] = [
  'auth.apiKeys',
  'api.enableCors',
  'api.allowedOrigins',
  'logging.level',
  'metrics.public',
  'alerts.',
  'cluster.healthIntervalMs',
  'cluster.requestTimeoutMs',
  'cluster.maxConcurrency',
  'cluster.exchange',
  'cluster.allowInsecureExchange',
  'cluster.keyRotationMs',
  'cluster.inspector.'
]

export interface ConfigChanges {
  /** Keys of Config that changed and count at once. */
  readonly live: readonly string[]
  /** Keys that changed and count after a restart. */
  readonly restart: readonly string[]
}

/** What differs between two configs. Keys only: values may be secret. */
export function changesBetween(before: Config, after: Config): ConfigChanges {
  const old = leaves(before)
  const changed = [...leaves(after)]
    .filter(([key, value]) => !isDeepStrictEqual(old.get(key), value))
    .map(([key]) => key)
  const live = changed.filter((key) => LIVE.some((name) => (name.endsWith('.') ? key.startsWith(name) : key === name)))
  return { live, restart: changed.filter((key) => !live.includes(key)) }
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
