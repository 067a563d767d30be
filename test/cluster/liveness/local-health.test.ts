import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProbeAnswer } from '../../../src/schemas/health.ts'
import { bad, createWorld, good, spec } from '../world.ts'

const HUNDRED = Array.from({ length: 100 }, (_, i) => spec(`p${i}`))

test('a process that stood still for 20 s blames nobody', async (t) => {
  let at = 0
  const { cluster, clock, behave, seen } = createWorld(t, { random: () => (at = (at + 0.37) % 1) })
  cluster.start(HUNDRED)
  await clock.advance(45_000)
  // Half of the peers are being asked when it happens, and nothing that came meanwhile could be read.
  for (const { id } of HUNDRED.slice(0, 50)) {
    behave(id, 'hang')
    void cluster.check(id)
  }
  await clock.advance(10)
  clock.stall(20_000)
  for (const { id } of HUNDRED) behave(id, 'up')
  await clock.advance(60_000)
  assert.deepEqual(
    seen.filter(({ type, to }) => type === 'peer.state' && to !== 'online').map(({ peer, to }) => `${peer} ${to}`),
    []
  )
  assert.equal(seen.filter(({ type }) => type === 'node.stalled').length, 1)
})

test('peers that were due together after a stall are spread over the interval again', async (t) => {
  let at = 0
  const { cluster, clock, asked } = createWorld(t, { random: () => (at = (at + 0.37) % 1) })
  cluster.start(HUNDRED)
  await clock.advance(60_000)
  clock.stall(120_000)
  await clock.advance(10_000)
  asked.length = 0
  await clock.advance(40_000)
  const perSecond = new Map<number, number>()
  for (const one of asked) {
    const second = Math.floor(one.at / 1_000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
  }
  assert.ok(Math.max(...perSecond.values()) <= 10, `${Math.max(...perSecond.values())} in one second`)
  assert.equal(new Set(asked.map(({ id }) => id)).size, 100)
})

test('when most peers fail at once, each failure counts only when it is repeated', async (t) => {
  const { cluster, clock, behave, verdict } = createWorld(t)
  const five = HUNDRED.slice(0, 5)
  cluster.start(five)
  await clock.advance(40_000)
  for (const { id } of five) behave(id, 'refused')
  const checks = five.map(({ id }) => cluster.check(id))
  await Promise.all(checks)
  // The first two could not know yet.
  assert.deepEqual(
    five.map(({ id }) => verdict(id)),
    ['suspect', 'suspect', 'online', 'online', 'online']
  )
  await clock.advance(17_000)
  assert.ok(five.every(({ id }) => verdict(id) !== 'offline'))
  await clock.advance(25_000)
  assert.ok(five.every(({ id }) => verdict(id) === 'offline'))
})

test('a clock on the wall that jumps changes no verdict and no interval', async (t) => {
  const { cluster, clock, verdict, askedTimes, seen } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(20_000)
  const before = askedTimes('a').length
  clock.setWall(clock.wall() + 86_400_000)
  await clock.advance(60_000)
  clock.setWall(clock.wall() - 30 * 86_400_000)
  await clock.advance(60_000)
  assert.equal(verdict('a'), 'online')
  assert.equal(askedTimes('a').length - before, 4)
  assert.deepEqual(
    seen.map(({ type, to }) => `${type} ${to}`),
    ['peer.state online']
  )
})

test('the events of a flapping peer are held back while its state stays truthful', async (t) => {
  const { cluster, clock, behave, seen, verdict } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(40_000)
  for (let outage = 0; outage < 4; outage++) {
    behave('a', 'refused')
    cluster.reportFailure('a')
    await clock.advance(20_000)
    assert.equal(verdict('a'), 'offline')
    behave('a', 'up')
    cluster.reportContact('a')
    await clock.advance(5_000)
    assert.equal(verdict('a'), 'online')
  }
  assert.equal(cluster.peer('a')?.flapping, true)
  assert.equal(seen.filter(({ type }) => type === 'peer.flapping').length, 1)
  const before = seen.length
  behave('a', 'refused')
  cluster.reportFailure('a')
  await clock.advance(20_000)
  assert.equal(verdict('a'), 'offline')
  assert.equal(seen.length, before)
  behave('a', 'up')
  await clock.advance(3_600_000)
  assert.equal(cluster.peer('a')?.flapping, false)
  assert.deepEqual(
    seen.slice(before).map(({ type, to }) => `${type} ${to}`),
    ['peer.flapping online']
  )
})

test('a deadline that came late gives the answer a moment to be read', async (t) => {
  let answer = () => {}
  const { cluster, clock, verdict } = createWorld(t, {
    probe: () => new Promise((resolve) => (answer = () => resolve(good())))
  })
  cluster.start([spec('a')])
  await clock.advance(4_900)
  clock.stall(600)
  await clock.advance(100)
  answer()
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
})

test('a failure that is read before any timer after a stall is doubted too', async (t) => {
  let answer = (_: ProbeAnswer) => {}
  const { cluster, clock, verdict } = createWorld(t, { probe: () => new Promise((resolve) => (answer = resolve)) })
  cluster.start([spec('a')])
  await clock.advance(1)
  answer(good())
  await clock.advance(10_000)
  clock.stall(60_000)
  const check = cluster.check('a')
  answer(bad('reset'))
  assert.equal((await check).verdict, 'online')
  assert.equal(verdict('a'), 'online')
})

test('peers that are down already are no reason to doubt the failure of another', async (t) => {
  const { cluster, clock, behave, verdict } = createWorld(t)
  for (const id of ['p0', 'p1']) behave(id, 'refused')
  cluster.start(HUNDRED.slice(0, 3))
  await clock.advance(20_000)
  assert.equal(verdict('p1'), 'offline')
  behave('p2', 'refused')
  cluster.reportFailure('p2')
  await clock.advance(400)
  assert.equal(verdict('p2'), 'suspect')
})
