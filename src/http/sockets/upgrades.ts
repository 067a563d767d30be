import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { endAfterAnswer } from './refused-upgrades.ts'

/** Requests that ask for another protocol, and the first bytes that came after each. */
type Heads = WeakMap<IncomingMessage, Buffer>

declare module 'fastify' {
  interface FastifyInstance {
    upgradeHeads: Heads
  }
}

/**
 * Lets requests that ask for another protocol go through Fastify like all others, so that they meet the same hooks.
 * Where @fastify/websocket does that already, only their first bytes are kept.
 */
export function acceptUpgrades(app: FastifyInstance): void {
  const heads: Heads = new WeakMap()
  app.decorate('upgradeHeads', heads)
  app.server.prependListener('upgrade', (request: IncomingMessage, _socket: Duplex, head: Buffer) => {
    heads.set(request, head)
  })
  app.addHook('onReady', async () => {
    if (app.server.listenerCount('upgrade') > 1) return
    app.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      socket.on('error', () => socket.destroy())
      const response = new ServerResponse(request)
      response.assignSocket(request.socket)
      response.once('finish', () => endAfterAnswer(socket))
      app.routing(request, response)
    })
  })
}
