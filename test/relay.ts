import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface Relay {
  url: string
  /** Everything that crossed it, both ways. */
  captured(): Buffer
  /** Flips one bit in the body of the next message that way; which byte is a share of its length. */
  flip(way: 'up' | 'down', share: number): void
}

/** Somebody on the way between two nodes, who records and changes bytes. */
export async function startRelay(t: TestContext, target: string): Promise<Relay> {
  const { hostname, port } = new URL(target)
  const chunks: Buffer[] = []
  const sockets = new Set<Socket>()
  let planned: { way: 'up' | 'down'; share: number } | undefined

  function pass(way: 'up' | 'down', chunk: Buffer): Buffer {
    chunks.push(Buffer.from(chunk))
    const body = chunk.indexOf('\r\n\r\n') + 4
    if (planned?.way !== way || body < 4 || body >= chunk.length) return chunk
    const at = body + Math.floor((chunk.length - body) * planned.share)
    chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at)
    planned = undefined
    return chunk
  }

  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (chunk) => far.write(pass('up', chunk)))
    far.on('data', (chunk) => near.write(pass('down', chunk)))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const ownPort = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${ownPort}`,
    captured: () => Buffer.concat(chunks),
    flip: (way, share) => {
      planned = { way, share }
    }
  }
}
