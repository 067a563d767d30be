import { RESERVED_NAMES } from '../../schemas/names.ts'
import { originOf } from '../origin.ts'
import type { Path } from '../path.ts'
import type { ConfigFile } from '../schema.ts'

export interface Between {
  readonly way: Path
  readonly message: string
}

/** What no single key can say: how keys go together. Faults name the key that is to be changed. */
export function faultsBetween(file: ConfigFile): Between[] {
  const faults: Between[] = []
  const { mode, cert, key } = file.api.tls
  if (mode === 'files' && !cert)
    faults.push({ way: ['api', 'tls', 'cert'], message: 'mode files needs the certificate file' })
  if (mode === 'files' && !key)
    faults.push({ way: ['api', 'tls', 'key'], message: 'mode files needs the private key file' })
  if (RESERVED_NAMES.has(file.cluster.server_name.toLowerCase()))
    faults.push({ way: ['cluster', 'server_name'], message: 'this name is reserved; choose another' })
  const keys = file.auth.api_keys.map((entry) => (typeof entry === 'string' ? entry : entry.key))
  for (const [index, value] of keys.entries())
    if (keys.indexOf(value) < index)
      faults.push({ way: ['auth', 'api_keys', index], message: 'this key is in the list twice' })
  if (isOwnAddress(file))
    faults.push({ way: ['flatrun', 'url'], message: 'this agent listens there itself; FlatRun’s needs another port' })
  for (const [index, origin] of file.api.allowed_origins.entries())
    if (originOf(origin) === undefined)
      faults.push({
        way: ['api', 'allowed_origins', index],
        message: 'expected * or an origin such as https://ui.example.org'
      })
  return faults
}

/** Secrets that everybody can read in FlatRun's sources and examples. */
const PUBLISHED = new Set(['default-secret-change-me', 'generate-a-secure-random-string-here', 'your-api-key-here'])

/** What is allowed and still deserves a line in the log. */
export function notesOn(file: ConfigFile): string[] {
  const notes: string[] = []
  const secrets = [file.auth.jwt_secret].flat().filter((secret) => secret !== '')
  if (secrets.some((secret) => PUBLISHED.has(secret)))
    notes.push('auth.jwt_secret is the one of an example: everybody knows it; replace it')
  else if (secrets.some((secret) => secret.length < 32))
    notes.push('auth.jwt_secret is short; 32 random characters or more withstand guessing')
  const keys = file.auth.api_keys.map((entry) => (typeof entry === 'string' ? entry : entry.key))
  if (keys.some((key) => PUBLISHED.has(key)))
    notes.push('auth.api_keys holds the key of an example: everybody knows it; replace it')
  else if (keys.some((key) => key.length < 20)) notes.push('auth.api_keys holds a key of under 20 characters')
  if (!file.auth.enabled && !isLoopback(file.api.host))
    notes.push('auth.enabled is false: whoever reaches this address controls the cluster')
  if (file.api.enable_cors && file.api.allowed_origins.length === 0)
    notes.push('api.enable_cors does nothing without api.allowed_origins')
  return notes
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

function isOwnAddress({ flatrun, api }: ConfigFile): boolean {
  const url = URL.parse(flatrun.url)
  if (!url) return false
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return (
    (isLoopback(host) || host === api.host) && Number(url.port || (url.protocol === 'https:' ? 443 : 80)) === api.port
  )
}
