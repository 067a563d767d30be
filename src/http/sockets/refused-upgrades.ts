import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const LINGER_MS = 1_000

/** Ends the connection of a caller that asked for a change of protocol and got an ordinary answer instead. */
export function endRefusedUpgrades(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    endRefusedUpgrade(request, reply)
    done()
  })
}

/** The same for an answer that no hook sees. */
export function endRefusedUpgrade({ raw }: FastifyRequest, reply: FastifyReply): void {
  if ('upgrade' in raw && raw.upgrade === true) reply.raw.once('finish', () => endAfterAnswer(raw.socket))
}

/**
 * Such an answer is the last thing on its connection: Node looks after time there no more. What the caller still sends is
 * read for a moment, because a reset would take the answer from it.
 */
export function endAfterAnswer(socket: Duplex): void {
  socket.end()
  socket.resume()
  const late = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.once('close', () => clearTimeout(late))
}
