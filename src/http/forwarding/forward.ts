import type { OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UpstreamFailure } from '../../schemas/upstream.ts'
import { hasBody } from '../bodies.ts'
import { send, type Way } from './way.ts'

/** Passes one request on and its answer back, both as they come: no copy of either, and a slow reader slows the other side down. */
export function forward(request: FastifyRequest, reply: FastifyReply, way: Way): void {
  const { raw } = reply
  const { path, headersTimeoutMs } = way
  const body = bodyOf(request)
  const headers = way.headers({ body: body !== undefined, upgrade: false })
  const asked = { method: request.method, path, headers, headersTimeoutMs, ...(body && { body }) }
  let begun = false

  const call = send(way, asked, {
    start(status, received) {
      const fault = way.instead?.(status, { upgrade: false })
      if (fault) {
        call.abort()
        return void reply.send(fault)
      }
      const passed = way.headersBack(received)
      addOwn(passed, reply.getHeaders())
      passed['x-request-id'] ??= request.id
      // A connection whose request was not read to its end cannot carry another (RFC 9112 §9.3).
      if (!request.raw.complete) passed.connection = 'close'
      raw.writeHead(status, passed)
      reply.hijack()
      // What comes together leaves together; an answer that is to be read while it is made begins at once.
      queueMicrotask(() => begun || raw.destroyed || raw.flushHeaders())
    },
    data(chunk) {
      begun = true
      const ready = raw.write(chunk)
      if (!ready) raw.once('drain', call.resume)
      return ready
    },
    end() {
      begun = true
      raw.end()
      if (!request.raw.complete) request.raw.resume()
    },
    fail
  })

  function fail(reason: UpstreamFailure) {
    if (raw.destroyed) return
    // Less than the whole must not look like the whole.
    if (raw.headersSent) raw.destroy()
    else reply.send(way.fault(reason))
  }

  raw.on('close', call.abort)
}

/** What hooks of this server have set, such as permissions for other origins, and that answers vary with those. */
function addOwn(passed: OutgoingHttpHeaders, own: ReturnType<FastifyReply['getHeaders']>) {
  const { vary } = passed
  for (const [name, value] of Object.entries(own)) passed[name] ??= value
  if (vary !== undefined && own.vary !== undefined) passed.vary = [vary, own.vary].flat().join(', ')
}

/**
 * The caller's body as a stream of its own: the other side may answer and hang up before it has read all of it, and that
 * must not end the caller's connection before the answer is out.
 */
function bodyOf({ body, raw }: FastifyRequest): Readable | undefined {
  if (Buffer.isBuffer(body)) return Readable.from([body])
  if (!hasBody(raw) || !(body instanceof Readable)) return undefined
  return Readable.from(raw.iterator({ destroyOnReturn: false }))
}
