import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Calls back once when the exchange with a caller is over, whoever ends it. After a change of protocol that is the end of
 * the connection: the answer that Fastify knows is left behind without a word.
 */
export function whenOver({ raw }: FastifyRequest, reply: FastifyReply, run: () => void): void {
  const isUpgrade = 'upgrade' in raw && raw.upgrade === true
  if (isUpgrade) raw.socket.once('close', run)
  else reply.raw.once('close', run)
}
