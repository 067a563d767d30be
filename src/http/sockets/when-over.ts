import type { EventEmitter } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'

const HANDED_OVER = Symbol('the exchange is over and its connection goes on')

/**
 * Calls back once when the exchange with a caller is over, by either side. After a change of protocol that is the end of
 * the connection, or that it was handed over: the answer that Fastify knows is left behind without a word.
 */
export function whenOver({ raw }: FastifyRequest, reply: FastifyReply, run: () => void): void {
  if (!isUpgrade(raw)) return void reply.raw.once('close', run)
  const socket: EventEmitter = raw.socket
  const over = () => {
    socket.off('close', over).off(HANDED_OVER, over)
    run()
  }
  socket.once('close', over).once(HANDED_OVER, over)
}

/** The same, but a connection that was handed over is the caller's until it is closed: it ends with the key that opened it. */
export function whenClosed({ raw }: FastifyRequest, reply: FastifyReply, run: () => void): void {
  const ending: EventEmitter = isUpgrade(raw) ? raw.socket : reply.raw
  ending.once('close', run)
}

const isUpgrade = (raw: FastifyRequest['raw']) => 'upgrade' in raw && raw.upgrade === true

/** The connection serves something else from here on, for as long as that likes; nothing of the request is kept for it. */
export function handOver(socket: EventEmitter): void {
  socket.emit(HANDED_OVER)
}
