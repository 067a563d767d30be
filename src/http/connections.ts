import type { Socket } from 'node:net'

/** The connections over which peers have shown their keys, to end them with the keys: streams and sockets too. */
export function createConnections() {
  const open = new Map<string, Set<Socket>>()

  return {
    note(peerId: string, socket: Socket): void {
      const sockets = open.get(peerId) ?? new Set()
      if (sockets.has(socket)) return
      open.set(peerId, sockets.add(socket))
      socket.once('close', () => {
        sockets.delete(socket)
        if (sockets.size === 0 && open.get(peerId) === sockets) open.delete(peerId)
      })
    },
    drop(peerId: string): void {
      for (const socket of open.get(peerId) ?? []) socket.destroy()
      open.delete(peerId)
    }
  }
}

export type Connections = ReturnType<typeof createConnections>
