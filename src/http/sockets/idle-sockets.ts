import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Ends connections on which nothing was ever asked, when the server stops. Browsers open some in advance; Node takes them
 * for requests under way, so that stopping would wait until their headers are overdue.
 */
export function closeUnused(app: FastifyInstance, { https }: { https: boolean }): void {
  const unused = new Set<Socket>()
  // With TLS, requests come on another socket than the one that was accepted.
  app.server.on(https ? 'secureConnection' : 'connection', note)
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    unused.delete(raw.socket)
    done()
  })
  app.addHook('preClose', async () => {
    for (const socket of unused) socket.destroy()
  })

  function note(socket: Socket): void {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  }
}
