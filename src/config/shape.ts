import type { Alerts } from '../schemas/alerts/alert.ts'
import type { IntroductionPolicy } from '../schemas/names.ts'

/** Where a value came from: `default`, `config.yml:12`, or the name of the variable. */
type Origin = string

export interface ApiKey {
  readonly key: string
  readonly name: string
  readonly scopes: readonly ('read' | 'write')[]
}

export type Tls =
  | { readonly mode: 'off' }
  | { readonly mode: 'auto' }
  | { readonly mode: 'files'; readonly cert: string; readonly key: string }

/** The config as the daemon reads it: complete, checked, frozen. Durations are milliseconds, paths absolute. */
export interface Config {
  readonly deploymentsPath: string
  /** Empty: no engine. */
  readonly dockerSocket: string
  readonly dataPath: string
  readonly api: {
    readonly host: string
    readonly port: number
    readonly enableCors: boolean
    readonly allowedOrigins: readonly string[]
    readonly trustProxy: boolean | readonly string[]
    readonly docs: boolean
    readonly tls: Tls
  }
  readonly auth: {
    readonly enabled: boolean
    readonly apiKeys: readonly ApiKey[]
    /** The first seals, all open. Empty: the daemon makes one and keeps it in `dataPath`. */
    readonly jwtSecrets: readonly string[]
  }
  readonly logging: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
    readonly format: 'json' | 'pretty'
  }
  readonly metrics: { readonly public: boolean }
  /** As it is written; whoever sends alerts reads the durations. */
  readonly alerts: Alerts
  /** Undefined: this agent stands in front of no other. */
  readonly flatrun: { readonly url: string; readonly apiKey: string | undefined } | undefined
  readonly cluster: {
    readonly enabled: boolean
    readonly serverName: string
    /** Without a trailing slash; empty: not known. */
    readonly advertiseUrl: string
    /** Further addresses, best first. */
    readonly otherUrls: readonly string[]
    readonly healthIntervalMs: number
    readonly requestTimeoutMs: number
    readonly proxyTimeoutMs: number
    /** Where nothing else is said of the peer that introduces. */
    readonly introductions: IntroductionPolicy
    readonly tags: readonly string[]
    readonly maxConcurrency: number
    readonly reach: 'auto' | 'direct' | 'reverse'
    readonly exchange: 'any' | 'sealed-only'
    readonly allowInsecureExchange: 'private' | 'always' | 'never'
    /** Undefined: keys are changed by hand only. */
    readonly keyRotationMs: number | undefined
    readonly inspector: { readonly enabled: boolean; readonly url: string }
  }
  /** Where all this came from. Holds no secret: it may be shown. */
  readonly source: {
    /** False: there was no config at all, and the daemon runs on defaults. */
    readonly given: boolean
    readonly file: string | undefined
    /** Sentences for the log: what was accepted and ignored, what is weak. */
    readonly notes: readonly string[]
    readonly entries: readonly Entry[]
  }
}

/** One key of the config as it counts now, a secret replaced by a placeholder. */
export interface Entry {
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}
