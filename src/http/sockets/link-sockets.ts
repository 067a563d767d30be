import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { Unauthorized } from '../../errors/requests.ts'
import { endsOf } from './ends.ts'

export type LinkSockets = ReturnType<typeof createLinkSockets>

/**
 * Connections that this server opened to peers, and on which they ask. The server takes them for accepted ones; who asks
 * over one must be the peer at its other end, even on a route that is open to everybody.
 */
export function createLinkSockets() {
  /** With TLS, requests come on another socket; both have the same two ends. */
  const peers = new Map<string, string>()
  const open = new Set<Socket>()

  return {
    serve(server: Server, id: string, socket: Socket): void {
      const ends = endsOf(socket)
      // Without an owner it would be open to everybody.
      if (ends === undefined) return void socket.destroy()
      peers.set(ends, id)
      open.add(socket)
      socket.once('close', () => {
        open.delete(socket)
        peers.delete(ends)
      })
      server.emit('connection', socket)
    },

    /**
     * The peer at the other end; undefined for a connection that was accepted. One that was reset has no ends any more, and
     * could be either. @throws Unauthorized
     */
    peerAt(socket: Socket): string | undefined {
      if (peers.size === 0) return undefined
      const ends = endsOf(socket)
      if (ends === undefined) throw new Unauthorized('The connection ended before it was known who asks')
      return peers.get(ends)
    },

    /** @throws Unauthorized where the request came over a link, and not from its peer. */
    assertOwn(id: string | undefined, caller: { kind: string; id?: string }): void {
      if (id !== undefined && (caller.kind !== 'peer' || caller.id !== id))
        throw new Unauthorized('Over this connection only the peer at its other end may ask, with its own key')
    },

    /** Resolves when those that are open now have ended: the server counts them among its own by halves only. */
    over: async (): Promise<void> => {
      await Promise.all([...open].map((socket) => new Promise((ended) => socket.once('close', ended))))
    },
    end(): void {
      for (const socket of open) socket.destroy()
    }
  }
}
