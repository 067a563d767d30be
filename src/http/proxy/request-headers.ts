import type { IncomingHttpHeaders } from 'node:http'

/**
 * What of a caller's headers a peer is told. A list of what goes, since the peer hears them with our key: one that names
 * another method, path or user there would lend the caller more than its own rights.
 */
const TO_PEER: ReadonlySet<string> = new Set([
  'cache-control',
  'idempotency-key',
  'last-event-id',
  'prefer',
  'range',
  'traceparent',
  'tracestate',
  'x-flatrun-deployment',
  'x-request-id',
  'x-requested-with'
])

/** Negotiation, the body's own fields, conditions (RFC 9110 §8, §12, §13), digests (RFC 9530), resumable uploads. */
const TO_PEER_FAMILY =
  /^(?:accept(?:-.*)?|content-.*|if-.*|(?:want-)?(?:repr-)?digest|want-content-digest|upload-.*|tus-.*)$/

/** What else a peer is told when a WebSocket is opened. */
const TO_PEER_UPGRADE: ReadonlySet<string> = new Set([
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version'
])

/** Names this server to the next, so that a request which comes back is known. */
export const HOP_HEADER = 'x-cluster-hop'

export function headersToPeer(incoming: IncomingHttpHeaders, options: { upgrade: boolean; body: boolean }): string[] {
  const headers = [HOP_HEADER, '1']
  for (const name in incoming) {
    if (!goesToPeer(name) && !(options.upgrade && TO_PEER_UPGRADE.has(name))) continue
    if (!options.body && name === 'content-length') continue
    const value = incoming[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

const goesToPeer = (name: string) => TO_PEER.has(name) || TO_PEER_FAMILY.test(name)
