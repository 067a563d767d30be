import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { keepLinks } from '../../../src/remote/links/keeper.ts'
import { LinkRefused } from '../../../src/remote/links/refused.ts'
import { until } from '../../daemon.ts'
import { movedClock } from '../world.ts'

/** Keeps links to a bare port, where the test is the other side. */
async function kept(t: TestContext, { refuse }: { refuse?: () => Error | undefined } = {}) {
  const { clock, advance } = movedClock()
  const there = new Set<Socket>()
  const served: Socket[] = []
  const heard: string[] = []
  const dials: number[] = []
  const server = net.createServer((socket) => {
    there.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => there.delete(socket)).resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const keeper = keepLinks({
    clock,
    random: () => 1,
    serve(socket) {
      served.push(socket.on('data', (chunk) => heard.push(String(chunk))))
    },
    async dial() {
      dials.push(clock.now())
      const error = refuse?.()
      if (error) throw error
      const socket = net.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }
  })
  t.after(() => {
    keeper.stop({ all: true })
    for (const socket of there) socket.destroy()
    server.close()
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { keeper, there, served, heard, dials, advance, settled }
}

/** Both sides know of two. */
const two = ({ keeper, there }: Pick<Awaited<ReturnType<typeof kept>>, 'keeper' | 'there'>) =>
  until(() => keeper.counts().parked === 2 && there.size === 2)

const unused = (there: Set<Socket>) => [...there].find(({ bytesWritten }) => bytesWritten === 0)

test('two links are kept; in a rush each that is used is followed by another', async (t) => {
  const { keeper, there, served, dials, settled } = await kept(t)
  await two({ keeper, there })
  for (let used = 1; used <= 5; used++) {
    unused(there)?.write('GET / HTTP/1.1\r\n\r\n')
    await until(() => served.length === used)
    if (used === 1) {
      for (let turn = 0; turn < 20; turn++) await settled()
      assert.deepEqual(keeper.counts(), { parked: 1, active: 1 }, 'the one in use is one of the two')
      assert.equal(dials.length, 2)
    } else await until(() => keeper.counts().parked === 2 && there.size === used + 2)
  }
  assert.deepEqual(keeper.counts(), { parked: 2, active: 5 })
})

test('what a rush has left over ends in its turn', async (t) => {
  const { keeper, there, served, advance } = await kept(t)
  await two({ keeper, there })
  for (let used = 1; used <= 2; used++) {
    unused(there)?.write('x')
    await until(() => served.length === used)
  }
  await until(() => keeper.counts().parked === 2 && there.size === 4)
  served[0]?.destroy()
  await until(() => keeper.counts().active === 1)
  advance(44_000)
  await until(() => there.size === 2)
  assert.deepEqual(keeper.counts(), { parked: 1, active: 1 })
})

test('what comes first is not lost on the way to the server', async (t) => {
  const { keeper, there, heard } = await kept(t)
  await two({ keeper, there })
  const [link] = there
  link?.write('first')
  await until(() => heard.length === 1)
  link?.write(' and second')
  await until(() => heard.join('') === 'first and second')
})

test('not more than 64 are ever open', async (t) => {
  const { keeper, there, served } = await kept(t)
  for (let used = 0; used < 64; used++) {
    const link = await until(() => unused(there))
    link.write('x')
    await until(() => served.length === used + 1)
  }
  await until(() => keeper.counts().active === 64)
  assert.deepEqual([keeper.counts().parked, there.size], [0, 64])
})

test('a link that waits is followed by a new one before 45 s, and ends only then', async (t) => {
  const { keeper, there, advance, dials } = await kept(t)
  await two({ keeper, there })
  const old = new Set(there)
  advance(44_000)
  await until(() => [...old].every(({ destroyed }) => destroyed) && there.size === 2)
  assert.equal(dials.length, 4)
  assert.equal(keeper.counts().parked, 2)
})

test('without a successor a link ends before 60 s all the same', async (t) => {
  let away = false
  const refuse = () => (away ? new Error('gone') : undefined)
  const { keeper, there, advance, settled } = await kept(t, { refuse })
  await two({ keeper, there })
  away = true
  advance(44_000)
  await settled()
  assert.equal(there.size, 2)
  for (let passed = 44; passed < 60; passed++) {
    advance(1_000)
    await settled()
  }
  await until(() => there.size === 0)
})

test('a peer that is away is dialled less and less often, up to each 15 s', async (t) => {
  const { advance, dials, settled } = await kept(t, { refuse: () => new Error('gone') })
  for (let passed = 0; passed < 90_000; passed += 500) {
    await settled()
    advance(500)
  }
  // The first two at once; the test's dice always show the longest delay.
  const pauses = dials.slice(2).map((at, index) => at - (dials.slice(1)[index] ?? 0))
  assert.deepEqual(
    pauses.filter((pause) => pause > 0).slice(0, 9),
    [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]
  )
})

test('a peer that ends each link at once is not dialled in a loop', async (t) => {
  const { keeper, there, advance, dials, settled } = await kept(t)
  for (let round = 0; round < 4; round++) {
    await until(() => keeper.counts().parked === 2 && there.size === 2)
    for (const socket of there) socket.destroy()
    await until(() => keeper.counts().parked === 0)
    const before = dials.length
    for (let turn = 0; turn < 20; turn++) await settled()
    assert.equal(dials.length, before, 'nothing happens before time has passed')
    advance(500 * 2 ** round)
    await until(() => dials.length > before)
  }
})

/** Something on the way ends both links at this age, and the next two are opened after `pauseMs`. */
async function cutAt(ageMs: number, { keeper, there, advance }: Awaited<ReturnType<typeof kept>>, pauseMs: number) {
  advance(ageMs)
  for (const socket of there) socket.destroy()
  await until(() => keeper.counts().parked === 0)
  advance(pauseMs)
  await two({ keeper, there })
}

test('where silent links are ended sooner on the way, they are followed sooner', async (t) => {
  const world = await kept(t)
  const { keeper, there, advance, dials, settled } = world
  await two(world)
  await cutAt(5_000, world, 500)
  await cutAt(5_100, world, 1_000)
  const before = dials.length
  const old = [...there]
  advance(4_000)
  await until(() => dials.length === before + 2 && old.every(({ destroyed }) => destroyed))
  await settled()
  assert.equal(keeper.counts().parked, 2, 'before they are ended again')
})

test('a link that is lost by accident teaches nothing', async (t) => {
  const world = await kept(t)
  const { advance, dials, settled } = world
  await two(world)
  await cutAt(5_000, world, 500)
  await cutAt(20_000, world, 1_000)
  const before = dials.length
  advance(39_000)
  for (let turn = 0; turn < 20; turn++) await settled()
  assert.equal(dials.length, before, 'none is replaced before its time')
})

test('who asks for patience is given it', async (t) => {
  const { advance, dials, settled } = await kept(t, { refuse: () => new LinkRefused(503, 15_000) })
  await settled()
  advance(14_999)
  await settled()
  assert.equal(dials.length, 2)
  advance(1)
  await settled()
  assert.equal(dials.length, 4)
})

test('a change of our own address opens new links at once, whatever was waited for', async (t) => {
  const { keeper, there, dials } = await kept(t)
  await two({ keeper, there })
  const old = [...there]
  keeper.renew()
  await until(() => old.every(({ destroyed }) => destroyed) && there.size === 2)
  assert.equal(dials.length, 4)
})

test('a stop ends what waits and leaves what is in use, unless all is to end', async (t) => {
  const { keeper, there, served } = await kept(t)
  await two({ keeper, there })
  const [used] = there
  used?.write('x')
  await until(() => served.length === 1 && keeper.counts().parked === 1)
  keeper.stop({ all: false })
  await until(() => there.size === 1)
  assert.equal(used?.destroyed, false)
  keeper.stop({ all: true })
  await until(() => there.size === 0)
})
