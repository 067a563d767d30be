import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { UpstreamCall, UpstreamFailure, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'

/** Where one request goes on to, what of it is told there, and what of the answer is told here. */
export interface Way {
  send(request: UpstreamRequest, sink: UpstreamSink): UpstreamCall
  /** As it is sent, with the query. */
  path: string
  /** 0: as long as it takes. */
  headersTimeoutMs: number
  headers(about: { body: boolean; upgrade: boolean }): string[]
  headersBack(headers: IncomingHttpHeaders): OutgoingHttpHeaders
  /** What the caller gets in place of an answer of that status; undefined: the answer. */
  instead?(status: number, about: { upgrade: boolean }): Error | undefined
  fault(reason: UpstreamFailure): Error
  /** What answers there is no WebSocket. */
  noSocket(): Error
}

/**
 * Sends a request, and once more where a kept connection had died before any answer: the other side was restarted since.
 * Only what changes nothing, and has no body that streams, can be sent again (RFC 9110 §9.2.2).
 */
export function send({ send }: Way, request: UpstreamRequest, sink: UpstreamSink): UpstreamCall {
  let again = request.body === undefined && (request.method === 'GET' || request.method === 'HEAD')
  let call: UpstreamCall | undefined

  const repeating = {
    ...sink,
    fail(reason: UpstreamFailure) {
      if (!reason.stale || !again) return sink.fail(reason)
      again = false
      call = send(request, repeating)
    }
  }
  call = send(request, repeating)
  return { resume: () => call?.resume(), abort: () => call?.abort() }
}

/** The headers that were between two hops by their own word (RFC 9110 §7.6.1). */
export function namedByHop(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()))
}
