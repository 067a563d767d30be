import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net, { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createLinkSockets } from '../../../src/http/sockets/link-sockets.ts'

async function world(t: TestContext) {
  const far = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(far, 'listening')
  const server = http.createServer()
  let served = 0
  server.on('connection', () => served++)
  const sockets = createLinkSockets()
  t.after(() => {
    sockets.end()
    far.close()
  })
  const { port } = far.address() as net.AddressInfo
  const dial = async () => {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  return { server, sockets, dial, served: () => served }
}

/** What is left of a connection that the other side has reset: nobody can tell its ends any more. */
const reset = () => new Socket()

test('a connection without ends is nobody’s while links are open, since it may be one of them', async (t) => {
  const { server, sockets, dial } = await world(t)
  const [link, other] = [await dial(), await dial()]
  assert.equal(sockets.peerAt(reset()), undefined, 'without links there is nothing to be taken for')
  sockets.serve(server, 'hub', link)
  assert.deepEqual([sockets.peerAt(link), sockets.peerAt(other)], ['hub', undefined])
  assert.throws(() => sockets.peerAt(reset()), { statusCode: 401 })
  other.destroy()
  link.destroy()
  await once(link, 'close')
  assert.equal(sockets.peerAt(reset()), undefined)
})

test('a link that has ended before it is served is served to nobody', async (t) => {
  const { server, sockets, served } = await world(t)
  const link = reset()
  sockets.serve(server, 'hub', link)
  assert.deepEqual([served(), link.destroyed], [0, true])
})

test('over a link only the peer at its other end asks', async (t) => {
  const { sockets } = await world(t)
  const refused = { statusCode: 401 }
  assert.throws(() => sockets.assertOwn('hub', { kind: 'operator' }), refused)
  assert.throws(() => sockets.assertOwn('hub', { kind: 'nobody' }), refused)
  assert.throws(() => sockets.assertOwn('hub', { kind: 'peer', id: 'other' }), refused)
  sockets.assertOwn('hub', { kind: 'peer', id: 'hub' })
  sockets.assertOwn(undefined, { kind: 'operator' })
})
