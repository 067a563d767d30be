import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { namedByHop } from '../forwarding/way.ts'
import { isKeptBack } from './kept-back.ts'
import { type AnswerOf, linksThroughUs, throughUs } from './references.ts'

/** A browser shows these as text or hands them to a program; anything else it is told to save. */
const INERT: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-ndjson',
  'application/problem+json',
  'application/octet-stream',
  'text/event-stream',
  'text/plain'
])

/** What the caller may have of the peer's headers, and what keeps a page of the peer's from acting here. */
export function headersFromPeer(incoming: IncomingHttpHeaders, place: AnswerOf): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  const hop = namedByHop(incoming.connection)
  for (const name in incoming) {
    if (!isKeptBack(name) && !hop?.has(name)) headers[name] = incoming[name]
  }
  redirect(headers, 'location', (value) => throughUs(value, place))
  redirect(headers, 'content-location', (value) => throughUs(value, place))
  redirect(headers, 'link', (value) => linksThroughUs(value, place))
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
  lengthLast(headers)
  return headers
}

function redirect(headers: OutgoingHttpHeaders, name: string, how: (value: string) => string | undefined) {
  if (!(name in headers)) return
  const leads = [headers[name]].flat().map((value) => how(String(value)))
  const left = leads.filter((value) => value !== undefined)
  if (left.length === 0) delete headers[name]
  else headers[name] = left.join(', ')
}

/**
 * Node reads a Content-Disposition that comes after a Content-Length as UTF-8, and refuses what is beyond Latin-1
 * (nodejs/node#58240); before it, its bytes go out as they came.
 */
function lengthLast(headers: OutgoingHttpHeaders) {
  const length = headers['content-length']
  if (length === undefined || headers['content-disposition'] === undefined) return
  delete headers['content-length']
  headers['content-length'] = length
}

const typeName = (type = 'application/octet-stream') => (type.split(';', 1)[0] ?? '').trim().toLowerCase()

const isAttachment = (disposition: string | undefined) => /^\s*attachment\s*(;|$)/i.test(disposition ?? '')
