import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FlatRunAgent } from '../../flatrun/agent.ts'
import { FlatRunDown, FlatRunKeyRefused } from '../../flatrun/faults.ts'
import type { UpstreamCall, UpstreamFailure, UpstreamSink } from '../../schemas/upstream.ts'
import { hasBody } from '../bodies.ts'
import { headersBack, headersOnwards } from './headers.ts'

export interface ForwardOptions {
  agent: Pick<FlatRunAgent, 'forward'>
  /** What FlatRun is shown; undefined: nothing. */
  authorization: string | undefined
  /** The key is not the caller's, so that a refusal of it is not the caller's either. */
  onRefused?: (() => void) | undefined
}

/** Passes one request on to FlatRun's agent and its answer back, both as they come, for as long as they take. */
export function forward(request: FastifyRequest, reply: FastifyReply, options: ForwardOptions): void {
  const { raw } = reply
  const { agent, authorization, onRefused } = options
  const body = bodyOf(request)
  const { method, url: path = '' } = request.raw
  const onwards = {
    method: method ?? 'GET',
    path,
    headers: headersOnwards(request, { authorization, body: body !== undefined }),
    headersTimeoutMs: 0,
    ...(body && { body })
  }
  let again = body === undefined && (method === 'GET' || method === 'HEAD')
  let call: UpstreamCall | undefined

  const sink: UpstreamSink = {
    start(status, headers) {
      if (status === 401 && onRefused) {
        call?.abort()
        onRefused()
        return void reply.send(new FlatRunKeyRefused('it does not know the key any more; ask again'))
      }
      const passed = headersBack(headers)
      for (const [name, value] of Object.entries(reply.getHeaders())) passed[name] ??= value
      passed['x-request-id'] ??= request.id
      // A connection whose request was not read to its end cannot carry another (RFC 9112 §9.3).
      if (!request.raw.complete) passed.connection = 'close'
      raw.writeHead(status, passed)
      // An answer that is to be read while it is made, such as events, begins at once.
      if (headers['content-length'] === undefined) raw.flushHeaders()
      reply.hijack()
    },
    data(chunk) {
      const ready = raw.write(chunk)
      if (!ready) raw.once('drain', () => call?.resume())
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
    if (raw.headersSent) return void raw.destroy()
    // It was restarted since, and a kept connection has died with it.
    if (reason.stale && again) return ask()
    reply.send(new FlatRunDown(reason.message, { cause: reason }))
  }

  function ask() {
    call = agent.forward(onwards, sink)
    again = false
  }

  raw.on('close', () => call?.abort())
  ask()
}

/** The caller's body as a stream of its own: FlatRun may answer before it has read all of it. */
function bodyOf({ body, raw }: FastifyRequest): Readable | undefined {
  if (Buffer.isBuffer(body)) return Readable.from([body])
  if (!hasBody(raw) || !(body instanceof Readable)) return undefined
  return Readable.from(raw.iterator({ destroyOnReturn: false }))
}
