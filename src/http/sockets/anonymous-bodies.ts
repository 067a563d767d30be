import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { hasBody } from '../bodies.ts'

/**
 * Ends the connections of those who send the body of a request drop by drop and have shown no key: some thousand of
 * them would take all places. Whoever has a key may upload for as long as it takes. Goes around `authenticate`.
 */
export function hurryStrangers(app: FastifyInstance, authenticate: () => void, withinMs = 10_000): void {
  const due = new WeakMap<IncomingMessage, NodeJS.Timeout>()

  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (!hasBody(raw)) return done()
    const timer = setTimeout(() => {
      if (!raw.complete) raw.socket.destroy()
    }, withinMs)
    due.set(raw, timer.unref())
    raw.once('close', () => clearTimeout(timer))
    done()
  })
  authenticate()
  app.addHook('onRequest', ({ raw, caller }, _reply, done) => {
    if (caller.kind !== 'nobody' && hasBody(raw)) clearTimeout(due.get(raw))
    done()
  })
}
