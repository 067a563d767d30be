import os from 'node:os'
import path from 'node:path'
import { parseDuration } from '../schemas/duration.ts'
import { PEER_NAME_PATTERN, RESERVED_NAMES } from '../schemas/names.ts'
import type { Environment } from './environment.ts'
import { originOf } from './origin.ts'
import type { ConfigFile } from './schema.ts'
import type { ApiKey, Config, Tls } from './shape.ts'

export interface Surroundings {
  readonly env: Environment
  readonly given: boolean
  readonly cwd?: string
  readonly hostname?: string
}

/** A checked config, complete: what depends on the system is filled in, durations are numbers, paths absolute. */
export function resolve(file: ConfigFile, around: Surroundings): Omit<Config, 'source'> {
  const absolute = (place: string) => path.resolve(around.cwd ?? process.cwd(), atHome(place, around.env))
  const { api, auth, cluster } = file
  return {
    deploymentsPath: absolute(file.deployments_path),
    dockerSocket: file.docker_socket,
    dataPath: absolute(file.data_path || stateDirectory(around.env) || 'data'),
    api: {
      host: api.host,
      port: api.port,
      enableCors: api.enable_cors,
      allowedOrigins: api.allowed_origins.map((origin) => originOf(origin) ?? origin),
      trustProxy: api.trust_proxy,
      docs: api.docs,
      tls: tlsOf(api.tls, absolute)
    },
    auth: {
      enabled: auth.enabled,
      apiKeys: auth.api_keys.map(apiKey),
      jwtSecrets: [auth.jwt_secret].flat().filter((secret) => secret !== '')
    },
    logging: { level: file.logging.level, format: file.logging.format === 'json' ? 'json' : 'pretty' },
    metrics: file.metrics,
    alerts: file.alerts,
    flatrun: file.flatrun.url ? { url: file.flatrun.url, apiKey: file.flatrun.api_key || undefined } : undefined,
    cluster: {
      enabled: cluster.enabled,
      serverName: cluster.server_name || nameOfHost(around.hostname ?? os.hostname()),
      advertiseUrl: cluster.advertise_url.replace(/\/+$/, '') || (around.given ? '' : listenUrl(api)),
      otherUrls: cluster.other_urls.map((url) => url.replace(/\/+$/, '')),
      healthIntervalMs: parseDuration(cluster.health_interval) ?? Number.NaN,
      requestTimeoutMs: parseDuration(cluster.request_timeout) ?? Number.NaN,
      proxyTimeoutMs: parseDuration(cluster.proxy_timeout) ?? Number.NaN,
      introductions: cluster.introductions,
      tags: cluster.tags,
      maxConcurrency: cluster.max_concurrency,
      reach: cluster.reach,
      exchange: cluster.exchange,
      allowInsecureExchange: cluster.allow_insecure_exchange,
      keyRotationMs: parseDuration(cluster.key_rotation),
      inspector: cluster.inspector
    }
  }
}

const atHome = (place: string, env: Environment) =>
  place === '~' || place.startsWith('~/') ? path.join(env.HOME ?? os.homedir(), place.slice(1)) : place

/** systemd names all folders of the unit, with colons between; the first is ours. */
const stateDirectory = (env: Environment) => env.STATE_DIRECTORY?.split(':')[0]

function tlsOf(tls: ConfigFile['api']['tls'], absolute: (place: string) => string): Tls {
  return tls.mode === 'files' ? { mode: 'files', cert: absolute(tls.cert), key: absolute(tls.key) } : { mode: tls.mode }
}

function apiKey(entry: ConfigFile['auth']['api_keys'][number], index: number): ApiKey {
  const { key, name, scopes } = typeof entry === 'string' ? { key: entry } : entry
  return { key, name: name ?? `key-${index + 1}`, scopes: scopes ?? ['read', 'write'] }
}

/** The address that a daemon without a config gives to peers; none where it listens everywhere or on any port. */
function listenUrl({ host, port, tls }: ConfigFile['api']): string {
  if (port === 0 || host === '0.0.0.0' || host === '::') return ''
  return `${tls.mode === 'off' ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The host name as a name that peers accept: what is not allowed becomes a dash. */
export function nameOfHost(hostname: string): string {
  const name = hostname
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
  return new RegExp(PEER_NAME_PATTERN).test(name) && !RESERVED_NAMES.has(name.toLowerCase()) ? name : 'node'
}
