import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { hasBody } from '../bodies.ts'

export interface BodyLimits {
  /** How long the body of a stranger's request may take. */
  strangerMs?: number
  /** How long a caller with a key may send nothing of a body. */
  stalledMs?: number
}

/**
 * Ends the connections of those who send the body of a request drop by drop and have shown no key: some thousand of
 * them would take all places. A caller with a key may upload for as long as it takes, while anything comes. Goes around
 * `authenticate`.
 */
export function limitBodies(app: FastifyInstance, authenticate: () => void, limits: BodyLimits = {}): void {
  const { strangerMs = 10_000, stalledMs = 300_000 } = limits
  const due = new WeakMap<IncomingMessage, NodeJS.Timeout>()

  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (!hasBody(raw)) return done()
    due.set(raw, setTimeout(endUnfinished, strangerMs, raw).unref())
    raw.once('close', () => clearTimeout(due.get(raw)))
    done()
  })
  authenticate()
  app.addHook('onRequest', ({ raw, caller }, _reply, done) => {
    if (caller.kind !== 'nobody' && hasBody(raw)) {
      clearTimeout(due.get(raw))
      due.set(raw, endStalled(raw, stalledMs))
    }
    done()
  })
}

function endUnfinished(raw: IncomingMessage): void {
  if (!raw.complete) raw.socket.destroy()
}

function endStalled(raw: IncomingMessage, everyMs: number): NodeJS.Timeout {
  let seen = raw.socket.bytesRead
  const looking = setInterval(() => {
    // It may have been over before its caller was known.
    if (raw.complete || raw.destroyed) clearInterval(looking)
    // What lies here unread waits for us, and not for its caller.
    else if (raw.socket.bytesRead === seen && raw.readableLength === 0) raw.socket.destroy()
    seen = raw.socket.bytesRead
  }, everyMs)
  return looking.unref()
}
