import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** What of a caller's headers a peer is told. Nothing that says who the caller is, or that is between two hops. */
const TO_PEER: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-event-id',
  'prefer',
  'range',
  'x-flatrun-deployment',
  'x-request-id'
])

/** What else a peer is told when a WebSocket is opened. */
const TO_PEER_UPGRADE: ReadonlySet<string> = new Set([
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version'
])

/** What of a peer's headers reaches the caller. Nothing that acts on our origin: no cookies, policies, or permissions. */
const FROM_PEER: ReadonlySet<string> = new Set([
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
  'x-accel-buffering',
  'x-request-id',
  'x-total-count'
])

/** A browser shows these as text or hands them to a program; anything else it is told to save. */
const INERT: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-ndjson',
  'application/problem+json',
  'application/octet-stream',
  'text/event-stream',
  'text/plain'
])

/** Names this server to the next, so that a request which comes back is known. */
export const HOP_HEADER = 'x-cluster-hop'

export function headersToPeer(incoming: IncomingHttpHeaders, options: { upgrade: boolean; body: boolean }): string[] {
  const headers = [HOP_HEADER, '1']
  for (const name in incoming) {
    if (!TO_PEER.has(name) && !(options.upgrade && TO_PEER_UPGRADE.has(name))) continue
    if (!options.body && name === 'content-length') continue
    const value = incoming[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

/** Whose answer it is, and to what. */
interface Place {
  name: string
  base: string
  path: string
}

/** What the caller may have of the peer's headers, and what keeps a page of the peer's from acting here. */
export function headersFromPeer(incoming: IncomingHttpHeaders, options: Place) {
  const headers: OutgoingHttpHeaders = {}
  for (const name in incoming) {
    if (FROM_PEER.has(name)) headers[name] = incoming[name]
  }
  const location = incoming.location && rewrittenLocation(incoming.location, options)
  if (location) headers.location = location
  const type = incoming['content-type']
  if (type === undefined) headers['content-type'] = 'application/octet-stream'
  if (!INERT.has(typeName(type)) && !isAttachment(incoming['content-disposition'])) {
    headers['content-disposition'] = 'attachment'
  }
  headers['cache-control'] = 'no-store'
  headers['content-security-policy'] = "sandbox; default-src 'none'; frame-ancestors 'none'"
  headers['cross-origin-resource-policy'] = 'same-origin'
  headers['referrer-policy'] = 'no-referrer'
  headers['x-content-type-options'] = 'nosniff'
  return headers
}

/** Where the peer points into its own API, the same place through us; where it points elsewhere, nowhere. */
function rewrittenLocation(location: string, { name, base, path }: Place): string | undefined {
  const url = URL.parse(location, `http://peer.invalid${base}${path}`)
  const prefix = `${base}/api/`
  if (!url?.pathname.startsWith(prefix)) return undefined
  const tail = url.pathname.slice(prefix.length)
  return `/api/cluster/peers/${encodeURIComponent(name)}/proxy/${tail}${url.search}`
}

const typeName = (type = 'application/octet-stream') => (type.split(';', 1)[0] ?? '').trim().toLowerCase()

const isAttachment = (disposition: string | undefined) => /^\s*attachment\s*(;|$)/i.test(disposition ?? '')
