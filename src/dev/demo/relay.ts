import { connect, createServer, type Socket } from 'node:net'

/** A port in front of an agent that can be cut: what a bad cable, or a machine that died, looks like from outside. */
export async function startRelay(port: number, to: number) {
  const sockets = new Set<Socket>()
  let cut = false
  const server = createServer((socket) => {
    if (cut) return void socket.destroy()
    const other = connect(to, '127.0.0.1')
    for (const [one, peer] of [
      [socket, other],
      [other, socket]
    ] as const) {
      sockets.add(one)
      one.pipe(peer)
      one.on('error', () => peer.destroy())
      one.on('close', () => sockets.delete(one))
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    cut(now: boolean) {
      cut = now
      if (cut) for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  }
}
