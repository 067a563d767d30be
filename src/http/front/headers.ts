import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { namedByHop } from '../forwarding/way.ts'

/** Between two hops (RFC 9110 §7.6.1). */
const BETWEEN: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

/** For this agent alone, or words about the caller that only it may say. */
const OURS: ReadonlySet<string> = new Set([
  'accept-signature',
  'authorization',
  'expect',
  'forwarded',
  'http2-settings',
  'signature',
  'signature-input',
  'x-cluster-hop',
  'x-real-ip',
  'x-request-id'
])

const isDropped = (name: string) =>
  BETWEEN.has(name) || OURS.has(name) || name.startsWith('x-forwarded-') || name.startsWith('proxy-')

/** What FlatRun's agent is told: everything that the caller says, and who the caller is. Names and values in turn. */
export function headersOnwards(
  request: FastifyRequest,
  { authorization, body }: { authorization: string | undefined; body: boolean }
): string[] {
  const { rawHeaders, headers: named } = request.raw
  const hop = namedByHop(named.connection)
  const headers: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]]
    const lower = name.toLowerCase()
    if (isDropped(lower) || hop?.has(lower) || (!body && lower === 'content-length')) continue
    headers.push(name, value)
  }
  headers.push('x-forwarded-for', request.ip, 'x-forwarded-proto', request.protocol, 'x-request-id', request.id)
  if (request.host !== '') headers.push('x-forwarded-host', request.host)
  if (authorization !== undefined) headers.push('authorization', authorization)
  return headers
}

/** What the caller is told: all but what was between FlatRun's agent and this one. */
export function headersBack(incoming: IncomingHttpHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  const hop = namedByHop(incoming.connection)
  for (const name in incoming) {
    if (!BETWEEN.has(name) && !hop?.has(name)) headers[name] = incoming[name]
  }
  return headers
}
