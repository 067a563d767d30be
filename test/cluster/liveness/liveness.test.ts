import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, good, spec } from '../world.ts'

test('a peer that answers is online at once after joining', async (t) => {
  const { cluster, clock, verdict } = createWorld(t)
  cluster.start()
  cluster.joined(spec('a'))
  assert.equal(verdict('a'), 'unknown')
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
})

test('a peer that is gone is suspect at the first failure and offline at the fourth, 17 s later', async (t) => {
  const { cluster, clock, verdict, behave, askedTimes } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(1)
  const before = askedTimes('a').length
  behave('a', 'refused')
  cluster.reportFailure('a')
  await clock.advance(400)
  assert.equal(verdict('a'), 'suspect')
  await clock.advance(16_800)
  assert.equal(verdict('a'), 'suspect')
  await clock.advance(300)
  assert.equal(verdict('a'), 'offline')
  const times = askedTimes('a').slice(before)
  assert.deepEqual(pauses(times), [2_000, 5_000, 10_000])
})

test('a restart of 15 s is never reported as an outage', async (t) => {
  const { cluster, clock, verdict, behave, seen } = createWorld(t, { random: () => 0 })
  cluster.start([spec('a')])
  await clock.advance(40_000)
  behave('a', 'refused')
  cluster.reportFailure('a')
  await clock.advance(15_000)
  behave('a', 'up')
  await clock.advance(10_000)
  assert.equal(verdict('a'), 'online')
  assert.ok(!seen.some((event) => event.to === 'offline'))
})

test('a peer that hangs is offline within 75 s, whenever it began', async (t) => {
  for (const random of [0, 0.5, 1]) {
    const { cluster, clock, verdict, behave } = createWorld(t, { random: () => random })
    cluster.start([spec('a')])
    await clock.advance(60_000)
    // Just after a probe: the longest wait there is.
    await cluster.check('a')
    behave('a', 'hang')
    await clock.advance(75_000)
    assert.equal(verdict('a'), 'offline')
  }
})

test('a peer that comes back is online after two answers, and asked at once when it calls', async (t) => {
  const { cluster, clock, verdict, behave } = createWorld(t)
  behave('a', 'refused')
  cluster.start([spec('a')])
  await clock.advance(20_000)
  assert.equal(verdict('a'), 'offline')
  behave('a', 'up')
  cluster.reportContact('a')
  await clock.advance(1)
  assert.equal(verdict('a'), 'offline')
  await clock.advance(2_000)
  assert.equal(verdict('a'), 'online')
})

test('failed requests to a suspect peer do not rush it through its four failures', async (t) => {
  const { cluster, clock, verdict, behave, askedTimes } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(40_000)
  behave('a', 'refused')
  const before = askedTimes('a').length
  for (let i = 0; i < 40; i++) {
    cluster.reportFailure('a')
    cluster.reportContact('a')
    await clock.advance(250)
  }
  assert.equal(verdict('a'), 'suspect')
  assert.ok(askedTimes('a').length - before > 10, 'signs of life are followed')
  await clock.advance(7_500)
  assert.equal(verdict('a'), 'offline')
})

test('a failed request to a peer that is suspect already asks nothing', async (t) => {
  const { cluster, clock, behave, askedTimes, verdict } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(40_000)
  behave('a', 'refused')
  cluster.reportFailure('a')
  await clock.advance(500)
  assert.equal(verdict('a'), 'suspect')
  const before = askedTimes('a').length
  cluster.reportFailure('a')
  await clock.advance(1_000)
  assert.equal(askedTimes('a').length, before)
})

test('calls of a peer that is well cost nothing', async (t) => {
  const { cluster, clock, askedTimes } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(1)
  for (let i = 0; i < 100; i++) cluster.reportContact('a')
  await clock.advance(1_000)
  assert.equal(askedTimes('a').length, 1)
})

test('a check answers with what it found, and joins one that is under way', async (t) => {
  const { cluster, clock, behave, askedTimes } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(1)
  behave('a', 'timeout')
  const [one, other] = await Promise.all([cluster.check('a'), cluster.check('a')])
  assert.equal(one.verdict, 'suspect')
  assert.equal(other.evidence.at(-1)?.ok, false)
  assert.equal(askedTimes('a').length, 2)
  assert.equal(one.nextProbeAt, clock.wall() + 2_000)
})

test('a check of a peer that is unknown or leaves meanwhile says so', async (t) => {
  const { cluster, clock, behave } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(1)
  await assert.rejects(cluster.check('b'), { statusCode: 404 })
  behave('a', 'hang')
  const check = cluster.check('a')
  cluster.left('a')
  await assert.rejects(check, { statusCode: 404 })
})

test('a peer that left is gone and its probe is ended', async (t) => {
  let ended = 0
  const { cluster, clock, verdict } = createWorld(t, {
    probe: (_, signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => ended++)
      })
  })
  cluster.start([spec('a')])
  await clock.advance(1)
  cluster.left('a')
  assert.equal(verdict('a'), undefined)
  assert.equal(ended, 1)
  await clock.advance(120_000)
  assert.deepEqual(cluster.peers(), [])
})

test('joining again replaces the actor and its address', async (t) => {
  const { cluster, clock } = createWorld(t)
  cluster.start([spec('a')])
  await clock.advance(1)
  cluster.joined(spec('a', { url: 'http://elsewhere.test' }))
  await clock.advance(1)
  assert.equal(cluster.peers().length, 1)
  assert.equal(cluster.peer('a')?.url, 'http://elsewhere.test')
  assert.equal(cluster.peer('a')?.verdict, 'online')
})

test('a pending peer is asked, stays pending, and gets its verdict once it is confirmed', async (t) => {
  const { cluster, clock, verdict, askedTimes } = createWorld(t)
  cluster.start([spec('a', { pending: true })])
  await clock.advance(61_000)
  assert.equal(verdict('a'), 'pending')
  assert.equal(askedTimes('a').length, 3)
  cluster.updated(spec('a'))
  assert.equal(verdict('a'), 'unknown')
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
})

test('a peer that removed us is asked only by hand, and keeps that verdict', async (t) => {
  const { cluster, clock, verdict, askedTimes } = createWorld(t)
  cluster.start([spec('a'), spec('b', { removed: true })])
  await clock.advance(1_000)
  cluster.updated(spec('a', { removed: true }))
  const before = askedTimes('a').length
  await clock.advance(600_000)
  assert.equal(verdict('a'), 'removed')
  assert.equal(verdict('b'), 'removed')
  assert.equal(askedTimes('a').length, before)
  assert.equal(askedTimes('b').length, 0)
  assert.equal((await cluster.check('a')).verdict, 'removed')
  cluster.updated(spec('a'))
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
})

test('a peer that moved starts over at its new address', async (t) => {
  const { cluster, clock, verdict, behave } = createWorld(t)
  behave('a', 'refused')
  cluster.start([spec('a')])
  await clock.advance(20_000)
  assert.equal(verdict('a'), 'offline')
  behave('a', 'up')
  cluster.updated(spec('a', { url: 'http://new.test' }))
  assert.equal(verdict('a'), 'unknown')
  assert.deepEqual(cluster.peer('a')?.evidence, [])
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
})

test('an answer that was on its way when the peer moved does not count', async (t) => {
  const answers: (() => void)[] = []
  const { cluster, clock, verdict } = createWorld(t, {
    probe: (peer) =>
      new Promise((resolve) =>
        answers.push(() =>
          resolve(
            peer.url.includes('old')
              ? { ok: false, asked: '', at: 0, durationMs: 1, class: 'refused', detail: '' }
              : { ok: true, asked: '', at: 0, durationMs: 1 }
          )
        )
      )
  })
  cluster.start([spec('a', { url: 'http://old.test' })])
  await clock.advance(1)
  cluster.updated(spec('a', { url: 'http://new.test' }))
  for (const answer of answers) answer()
  await clock.advance(1)
  assert.equal(verdict('a'), 'online')
  assert.equal(cluster.peer('a')?.evidence.length, 1)
})

const pauses = (times: number[]) => times.slice(1).map((at, index) => at - (times[index] ?? 0))

test('an answer that comes after its question was given up counts for nothing', async (t) => {
  const late: (() => void)[] = []
  const { cluster, clock, verdict } = createWorld(t, {
    probe: () => new Promise((resolve) => late.push(() => resolve(good())))
  })
  cluster.start([spec('a')])
  await clock.advance(5_100)
  assert.equal(cluster.peer('a')?.failures, 1)
  late[0]?.()
  await clock.advance(100)
  assert.equal(verdict('a'), 'unknown')
  assert.equal(cluster.peer('a')?.failures, 1)
})
