import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createParkedLinks } from '../../../src/remote/links/parked.ts'
import { movedClock, until } from '../world.ts'

/** Where peers open connections, and what is told of it. */
async function place(t: TestContext, options: { mostOfPeer?: number; most?: number } = {}) {
  const { clock, advance } = movedClock()
  const told: string[] = []
  const links = createParkedLinks({
    ...{ clock, ...options },
    onLinked: (id) => told.push(`linked ${id}`),
    onUnlinked: (id) => told.push(`unlinked ${id}`)
  })
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    links.close()
    server.close()
  })
  const { port } = server.address() as net.AddressInfo

  /** The peer's end of a connection that is parked here now. */
  async function open(id: string): Promise<Socket> {
    const accepted = once(server, 'connection')
    const socket = net.connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {}).resume()
    const [here] = await accepted
    links.park(id, here)
    return socket
  }
  const take = (id: string) =>
    new Promise<Socket>((resolve, reject) =>
      links.take(id, (error, socket) => (socket ? resolve(socket) : reject(error)))
    )
  return { links, told, advance, open, take }
}

test('a request takes the newest link, each only once', async (t) => {
  const { links, open, take } = await place(t)
  const [first, second] = [await open('a'), await open('a')]
  const taken = [await take('a'), await take('a')]
  assert.deepEqual(
    taken.map(({ remotePort }) => remotePort),
    [second.localPort, first.localPort]
  )
  assert.deepEqual(links.count(), { parked: 0, open: 2 })
})

test('a link that has waited for 45 s is not used any more, and the next one is waited for', async (t) => {
  const { advance, open, take } = await place(t)
  const old = await open('a')
  advance(45_001)
  const taking = take('a')
  await once(old, 'close')
  const fresh = await open('a')
  assert.equal((await taking).remotePort, fresh.localPort)
})

test('where no link is open, a request fails at once and says since when', async (t) => {
  const { advance, open, take, told } = await place(t)
  const before = 'it dials us; it has opened no connection since this server started'
  await assert.rejects(take('a'), { class: 'unlinked', message: before })
  const socket = await open('a')
  socket.destroy()
  await until(() => told.includes('unlinked a'))
  advance(40_000)
  await assert.rejects(take('a'), { class: 'unlinked', message: 'it dials us; its last connection ended 40 s ago' })
})

test('where all links are in use, a request waits three seconds for the next one', async (t) => {
  const { advance, open, take } = await place(t)
  await open('a')
  await take('a')
  const waiting = take('a')
  let over = false
  waiting
    .catch(() => {})
    .finally(() => {
      over = true
    })
  advance(2_999)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(over, false)
  advance(1)
  await assert.rejects(waiting, { class: 'unlinked', message: 'it dials us; all its connections are in use' })
})

test('a request that waits fails at once when the last link ends', async (t) => {
  const { open, take } = await place(t)
  const socket = await open('a')
  const used = await take('a')
  used.resume().once('end', () => used.destroy())
  const waiting = take('a')
  socket.destroy()
  await assert.rejects(waiting, { class: 'unlinked', message: 'it dials us; its last connection ended 0 s ago' })
})

test('the first link and the end of the last one are told, those between are not', async (t) => {
  const { links, open, told } = await place(t)
  const [first, second] = [await open('a'), await open('a')]
  first.destroy()
  await until(() => links.count().open === 1)
  assert.deepEqual(told, ['linked a'])
  second.destroy()
  await until(() => told.length === 2)
  assert.deepEqual(told, ['linked a', 'unlinked a'])
})

test('a link whose other end only said goodbye is gone, also while it waits', async (t) => {
  const { links, open } = await place(t)
  const socket = await open('a')
  socket.end()
  await until(() => links.count().open === 0)
})

test('one peer fills its own places only, and all peers together fill all', async (t) => {
  const { links, open, advance } = await place(t, { mostOfPeer: 2, most: 3 })
  await open('a')
  await open('a')
  assert.deepEqual([links.hasRoom('a'), links.hasRoom('b')], [false, true])
  await open('b')
  assert.equal(links.hasRoom('b'), false)
  advance(45_001)
  assert.equal(links.hasRoom('a'), true, 'old ones make room')
})

test('forgetting a peer ends its links and its waiting requests, and is no sign of death', async (t) => {
  const { links, open, take, told } = await place(t)
  const [parked, used] = [await open('a'), await open('a')]
  await take('a')
  await take('a')
  const waiting = take('a')
  const ends = Promise.all([once(parked, 'close'), once(used, 'close')])
  links.forget('a')
  await assert.rejects(waiting, { class: 'aborted' })
  await ends
  assert.deepEqual(told, ['linked a'])
})
