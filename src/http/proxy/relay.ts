import type { OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FailureClass } from '../../schemas/health.ts'
import type { UpstreamCall, UpstreamFailure, UpstreamSink } from '../../schemas/upstream.ts'
import { proxyFault, SIGNS_OF_DEATH } from './faults.ts'
import type { Passage } from './gate.ts'
import { headersToPeer } from './request-headers.ts'
import { headersFromPeer } from './response-headers.ts'

export interface RelayOptions {
  deadlines: { proxiedReadMs: number; proxiedWriteMs: number }
  reportFailure?(id: string, failed: FailureClass): void
}

/** Passes one request on to a peer and its answer back, both as they come. */
export function relay(request: FastifyRequest, reply: FastifyReply, { peer, path }: Passage, options: RelayOptions) {
  const { raw } = reply
  const body = bodyOf(request)
  const repeatable = request.method === 'GET' || request.method === 'HEAD'
  // One request has one id in the logs of both servers.
  request.headers['x-request-id'] = request.id
  const upstream = {
    method: request.method,
    path,
    headers: headersToPeer(request.headers, { upgrade: false, body: body !== undefined }),
    headersTimeoutMs: repeatable ? options.deadlines.proxiedReadMs : options.deadlines.proxiedWriteMs,
    ...(body && { body })
  }
  let asked = 0
  let call: UpstreamCall | undefined

  const sink: UpstreamSink = {
    start(status, headers) {
      const passed = headersFromPeer(headers, { asked: request.raw.url ?? '', base: peer.base, path })
      addOwn(passed, reply.getHeaders())
      passed['x-request-id'] ??= request.id
      // A connection whose request was not read to its end cannot carry another (RFC 9112 §9.3).
      if (!request.raw.complete) passed.connection = 'close'
      raw.writeHead(status, passed)
      reply.hijack()
    },
    data(chunk) {
      const ready = raw.write(chunk)
      if (!ready) raw.once('drain', resume)
      return ready
    },
    end() {
      raw.end()
      if (!request.raw.complete) request.raw.resume()
    },
    fail
  }

  function fail(reason: UpstreamFailure) {
    if (raw.destroyed) return
    // Less than the whole must not look like the whole.
    if (raw.headersSent) return raw.destroy()
    if (reason.stale && repeatable && asked === 1) return ask()
    if (!reason.stale && SIGNS_OF_DEATH.has(reason.class)) options.reportFailure?.(peer.id, reason.class)
    reply.send(proxyFault(peer.name, reason))
  }

  function ask() {
    asked++
    call = peer.carry(upstream, sink)
  }

  function resume() {
    call?.resume()
  }

  raw.on('close', () => call?.abort())
  ask()
}

/** What hooks of this server have set, such as permissions for other origins, and that answers vary with those. */
function addOwn(passed: OutgoingHttpHeaders, own: ReturnType<FastifyReply['getHeaders']>) {
  const { vary } = passed
  for (const [name, value] of Object.entries(own)) passed[name] ??= value
  if (vary !== undefined && own.vary !== undefined) passed.vary = [vary, own.vary].flat().join(', ')
}

/**
 * The caller's body as a stream of its own: the peer may answer and hang up before it has read all of it, and that must
 * not end the caller's connection before the answer is out.
 */
function bodyOf(request: FastifyRequest): Readable | undefined {
  const { body, raw } = request
  if (!(body instanceof Readable) || request.headers['content-length'] === '0') return undefined
  return Readable.from(raw.iterator({ destroyOnReturn: false }))
}
