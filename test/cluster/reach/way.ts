import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Whoever stands in between: what it makes of a connection, by the first bytes of it. */
type Between = (first: string, near: Socket) => boolean

/** A way to a server on which somebody stands. */
export async function createWay(t: TestContext, target: string) {
  const { port: far } = new URL(target)
  const sockets = new Set<Socket>()
  const chunks: Buffer[] = []
  let swallows = false
  let between: Between = () => false
  const server = net.createServer((near) => {
    near.on('error', () => {})
    sockets.add(near)
    near.once('data', (first) => {
      chunks.push(first)
      if (between(first.toString('latin1'), near)) return
      const there = net.connect(Number(far), '127.0.0.1')
      there.write(first)
      pipe(near, there)
      pipe(there, near)
    })
  })

  function pipe(from: Socket, to: Socket): void {
    sockets.add(from)
    from.on('error', () => {})
    from.on('data', (chunk) => {
      chunks.push(chunk)
      if (!swallows) to.write(chunk)
    })
    from.on('close', () => swallows || to.destroy())
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }

  const listen = async (port: number, host = '127.0.0.1') => void (await once(server.listen(port, host), 'listening'))
  await listen(0)
  const { port } = server.address() as net.AddressInfo
  t.after(() => {
    cut()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${port}`,
    /** All that came by, both ways. */
    carried: () => Buffer.concat(chunks),
    /** As a firewall does that forgets its connections. */
    swallow(): void {
      swallows = true
    },
    /** As a port that is not forwarded any more. */
    shut(): void {
      server.close()
      cut()
    },
    /** Ends what is open, and has somebody look at what is opened from now on: true where it was dealt with. */
    interrupt(somebody: Between): void {
      between = somebody
      cut()
    },
    /** `host`: where it leads from now on, at the same port. */
    async open(host?: string): Promise<void> {
      cut()
      swallows = false
      between = () => false
      if (!server.listening) await listen(port, host)
    }
  }
}
