import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { isLoopback, networkOf } from '../network.ts'
import { type Connection, type ConnectionLimits, createConnectionLimiter } from './connection-limiter.ts'
import { endsOf } from './ends.ts'

/** Those that peers opened and leave to us. */
const LINKS = 2_048

/** Longer than each answer says that its connection is kept: a client that trusts the answer is not cut off. */
export const CONNECTION_LIMITS: ConnectionLimits = { total: 4_096, perNetwork: 256, idleMs: 75_000 }

/** Connects the server's sockets with their limits. Goes around `authenticate`, which tells who is no stranger. */
export function limitConnections(app: FastifyInstance, authenticate: () => void, limits: ConnectionLimits): void {
  const limiter = createConnectionLimiter(limits)
  const connections = new WeakMap<Socket, Connection>()
  /** With TLS, requests come on another socket than the one that was accepted; both have the same two ends. */
  const handshakes = new Map<string | undefined, Connection>()
  // Known callers may be more than all others together; descriptors have an end all the same.
  app.server.maxConnections = limits.total * 2 + LINKS

  app.server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    if (remoteAddress === undefined) return
    const connection: Connection = {
      network: isLoopback(remoteAddress) ? undefined : networkOf(remoteAddress),
      bytes: () => socket.bytesRead + socket.bytesWritten,
      end: () => socket.destroy()
    }
    const ends = endsOf(socket)
    connections.set(socket, connection)
    handshakes.set(ends, connection)
    limiter.opened(connection)
    socket.once('close', () => {
      handshakes.delete(ends)
      limiter.closed(connection)
    })
  })
  app.server.on('secureConnection', (socket: Socket) => {
    const connection = handshakes.get(endsOf(socket))
    if (!connection) return
    connections.set(socket, connection)
    socket.once('close', () => limiter.closed(connection))
  })
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket)
    if (!connection) return
    limiter.began(connection)
    response.once('close', () => limiter.finished(connection))
  })
  // Until its end: a change of protocol is the last request of a connection. What serves these is registered by then.
  app.addHook('onListen', async () => {
    app.server.prependListener('upgrade', (request: IncomingMessage) => {
      const connection = connections.get(request.socket)
      if (connection) limiter.began(connection)
    })
  })

  authenticate()
  app.addHook('onRequest', (request, _reply, done) => {
    const connection = connections.get(request.raw.socket)
    // Whose word about others is believed speaks for many.
    if (connection && (request.caller.kind !== 'nobody' || (request.ips?.length ?? 0) > 1)) limiter.known(connection)
    done()
  })

  const sweeping = setInterval(limiter.sweep, Math.min(5_000, limits.idleMs / 4)).unref()
  app.addHook('onClose', async () => clearInterval(sweeping))
}
