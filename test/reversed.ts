import { once } from 'node:events'
import type { Server } from 'node:http'
import net from 'node:net'
import type { TestContext } from 'node:test'
import type { Remote } from '../src/remote/client.ts'
import { keepLinks } from '../src/remote/links/keeper.ts'

/** Whether the peers of a test's world are asked over connections that they open themselves. */
export const REVERSED = process.env.FLATRUN_TEST_REACH === 'reverse'

/** What stands in a target for it. */
export const via = () => (REVERSED ? { via: 'links' as const } : {})

/** Where the world is turned round: lets a peer's server open connections to this remote, until that server closes. */
export async function turnRound(t: TestContext, remote: Pick<Remote, 'links'>, id: string, server: Server) {
  if (!REVERSED) return
  const acceptor = net.createServer((socket) => remote.links.park(id, socket)).listen(0, '127.0.0.1')
  await once(acceptor, 'listening')
  const { port } = acceptor.address() as net.AddressInfo
  const keeper = keepLinks({
    serve: (socket) => server.emit('connection', socket),
    async dial() {
      const socket = net.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }
  })
  const end = () => {
    keeper.stop({ all: true })
    acceptor.close()
  }
  server.once('close', end)
  t.after(end)
  while (!remote.links.isLinked(id)) await new Promise((resolve) => setImmediate(resolve))
}
