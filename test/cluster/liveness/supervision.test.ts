import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProbeAnswer } from '../../../src/schemas/health.ts'
import { createWorld, good, spec } from '../world.ts'

/** An answer that is a bug: whoever reads this field of it crashes. */
function poisoned(field: 'ok' | 'version'): ProbeAnswer {
  const fail = () => {
    throw new Error(`a bug at ${field}`)
  }
  return Object.defineProperty({ ...good() }, field, { get: fail, enumerable: true }) as ProbeAnswer
}

test("a peer's crash stays its own, and it is started afresh after a delay that grows", async (t) => {
  const asked: Record<string, number[]> = { a: [], b: [] }
  let broken = true
  const world = createWorld(t, {
    probe: async (peer) => {
      asked[peer.id]?.push(clock.now())
      return peer.id === 'a' && broken ? poisoned('version') : good()
    }
  })
  const { cluster, clock, seen, faults } = world
  cluster.start([spec('a'), spec('b')])
  await clock.advance(3_500)
  assert.equal(world.verdict('b'), 'online')
  assert.equal(world.verdict('a'), 'unknown')
  assert.deepEqual(asked.a, [0, 1_000, 3_000])
  assert.equal(cluster.peer('a')?.restarts, 3)
  assert.equal(faults.length, 3)
  assert.ok(faults.every((fault) => String(fault).includes('a bug')))

  broken = false
  await clock.advance(4_000)
  assert.equal(world.verdict('a'), 'online')
  assert.equal(cluster.peer('a')?.restarts, 3)
  assert.equal(seen.filter(({ type, peer }) => type === 'peer.crashed' && peer === 'a').length, 3)
})

test('the fifth crash within a minute quarantines that peer alone, until somebody checks it', async (t) => {
  let broken = true
  const world = createWorld(t, {
    probe: async (peer) => (peer.id === 'a' && broken ? poisoned('version') : good())
  })
  const { cluster, clock, seen } = world
  cluster.start([spec('a'), spec('b')])
  await clock.advance(16_000)
  assert.equal(world.verdict('a'), 'quarantined')
  assert.equal(world.verdict('b'), 'online')
  assert.equal(seen.filter(({ type }) => type === 'peer.quarantined').length, 1)
  await clock.advance(600_000)
  assert.equal(world.verdict('a'), 'quarantined')
  assert.equal(cluster.peer('a')?.restarts, 5)

  broken = false
  const checked = cluster.check('a')
  await clock.advance(1)
  assert.equal((await checked).verdict, 'online')
})

test('crashes that are far apart never quarantine', async (t) => {
  let broken = false
  const world = createWorld(t, { probe: async () => (broken ? poisoned('version') : good()) })
  const { cluster, clock } = world
  cluster.start([spec('a')])
  await clock.advance(1)
  for (let crash = 0; crash < 8; crash++) {
    broken = true
    await cluster.check('a')
    broken = false
    await clock.advance(30_000)
    assert.equal(world.verdict('a'), 'online')
  }
  assert.equal(cluster.peer('a')?.restarts, 8)
})

test('a peer that leaves while it waits for its restart stays gone', async (t) => {
  const { cluster, clock } = createWorld(t, { probe: async () => poisoned('version') })
  cluster.start([spec('a')])
  await clock.advance(500)
  cluster.left('a')
  await clock.advance(60_000)
  assert.deepEqual(cluster.peers(), [])
})

test('a crash of the prober loses no question: whoever waited asks the new one', async (t) => {
  let broken = true
  const world = createWorld(t, {
    probe: async (peer) => (peer.id === 'a' && broken ? poisoned('ok') : good())
  })
  const { cluster, clock, seen } = world
  cluster.start([spec('a'), spec('b'), spec('c')])
  await clock.advance(150)
  assert.ok(seen.some(({ type }) => type === 'prober.crashed'))
  broken = false
  await clock.advance(10_000)
  for (const id of ['a', 'b', 'c']) assert.equal(world.verdict(id), 'online')
  assert.deepEqual(
    cluster.peers().map(({ restarts }) => restarts),
    [0, 0, 0]
  )
})

test('a probe that throws or rejects is a failure without a verdict of its own', async (t) => {
  const world = createWorld(t, {
    probe: (peer) => {
      if (peer.id === 'a') throw new Error('secret-address')
      return Promise.reject(new Error('secret-address'))
    }
  })
  world.cluster.start([spec('a'), spec('b')])
  await world.clock.advance(1_000)
  for (const id of ['a', 'b']) {
    const last = world.cluster.peer(id)?.evidence.at(-1)
    assert.equal(last?.ok === false && last.class, 'internal')
    assert.ok(!JSON.stringify(world.cluster.peer(id)).includes('secret-address'))
  }
})

test('a listener that fails, as a store that cannot write, changes nothing', async (t) => {
  const { cluster, clock, faults, verdict } = createWorld(t)
  cluster.onAnswer(() => {
    throw new Error('disk full')
  })
  cluster.onChange(() => {
    throw new Error('disk full')
  })
  cluster.start([spec('a')])
  await clock.advance(61_000)
  assert.equal(verdict('a'), 'online')
  assert.ok(faults.length >= 3)
})

test('hanging peers make room: they delay nobody, however many they are', async (t) => {
  const { cluster, clock, verdict, behave } = createWorld(t)
  const hanging = Array.from({ length: 500 }, (_, i) => spec(`hang-${i}`))
  for (const { id } of hanging) behave(id, 'hang')
  cluster.start(hanging)
  await clock.advance(3_000)
  cluster.joined(spec('well'))
  await clock.advance(3_000)
  assert.equal(verdict('well'), 'online')
})

test('stopping ends every probe and every timer', async (t) => {
  const { cluster, clock, askedTimes, behave } = createWorld(t)
  behave('b', 'hang')
  cluster.start([spec('a'), spec('b')])
  await clock.advance(1_000)
  cluster.stop()
  const before = askedTimes('a').length + askedTimes('b').length
  await clock.advance(600_000)
  assert.equal(askedTimes('a').length + askedTimes('b').length, before)
})

test('a crash of the prober ends what it had begun', async (t) => {
  let ended = 0
  const { cluster, clock } = createWorld(t, {
    probe: async (peer, signal) => {
      if (peer.id === 'a') return poisoned('ok')
      return new Promise(() => signal.addEventListener('abort', () => ended++))
    }
  })
  cluster.start([spec('b')])
  cluster.joined(spec('a'))
  await clock.advance(10)
  assert.equal(ended, 1)
})

test('a peer that joins again while it waits for its restart is started once', async (t) => {
  let broken = true
  const asked: number[] = []
  const { cluster, clock, verdict } = createWorld(t, {
    probe: async () => {
      asked.push(clock.now())
      return broken ? poisoned('version') : good()
    }
  })
  cluster.start([spec('a')])
  await clock.advance(500)
  broken = false
  cluster.left('a')
  cluster.joined(spec('a'))
  await clock.advance(5_000)
  assert.equal(verdict('a'), 'online')
  assert.equal(asked.length, 2)
})

test('whoever waits for an answer goes before those that are merely due', async (t) => {
  const { cluster, clock, behave } = createWorld(t)
  const hanging = Array.from({ length: 500 }, (_, i) => spec(`hang-${i}`))
  cluster.start([...hanging, spec('well')])
  await clock.advance(60_000)
  for (const { id } of hanging) behave(id, 'hang')
  clock.stall(60_000)
  // All are due at once now; 64 work at a time.
  await clock.advance(1)
  let answered = false
  const check = cluster.check('well').then(() => {
    answered = true
  })
  await clock.advance(150)
  assert.ok(answered)
  await check
})
