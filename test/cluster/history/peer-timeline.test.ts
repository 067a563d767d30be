import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Room } from '../../../src/cluster/history/arena.ts'
import { BINS, binOf, msOf, quantile } from '../../../src/cluster/history/latency.ts'
import { Track } from '../../../src/cluster/history/peer-timeline.ts'
import { type Bucket, Tier } from '../../../src/cluster/history/rollup.ts'
import type { Verdict } from '../../../src/schemas/health.ts'
import { bad, good } from '../world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MIDNIGHT = Date.UTC(2026, 5, 1)

const createTier = (buckets: number, addable = true) => new Tier(new Room(10_000), { buckets, widthMs: HOUR, addable })

test('a latency is known again from its bin within 16 %', () => {
  for (const ms of [1.2, 3, 17, 180, 999, 4_900]) assert.ok(Math.abs(msOf(binOf(ms)) / ms - 1) < 0.16, `${ms} ms`)
  assert.equal(binOf(0), 0)
  assert.equal(binOf(Number.NaN), 0)
  assert.equal(binOf(1e9), BINS - 1)
})

test('quantiles of counted latencies', () => {
  const counts = new Array<number>(BINS).fill(0)
  assert.equal(quantile(counts, 0.5), undefined)
  counts[binOf(10)] = 98
  counts[binOf(1_000)] = 2
  assert.equal(quantile(counts, 0.5), msOf(binOf(10)))
  assert.equal(quantile(counts, 0.99), msOf(binOf(1_000)))
})

test('a tier keeps its newest buckets and forgets the rest', () => {
  const tier = createTier(3)
  for (let hour = 0; hour < 5; hour++) tier.check(MIDNIGHT + hour * HOUR, 10)
  assert.deepEqual(
    tier.buckets(MIDNIGHT + 4 * HOUR).map(({ at }) => (at - MIDNIGHT) / HOUR),
    [2, 3, 4]
  )
  assert.deepEqual(
    tier.buckets(MIDNIGHT + 6 * HOUR).map(({ at }) => (at - MIDNIGHT) / HOUR),
    [4]
  )
})

test('latencies that are not kept leave two quantiles behind', () => {
  const tier = createTier(3, false)
  for (let hour = 0; hour < 3; hour++) {
    for (let count = 0; count < 100; count++) tier.check(MIDNIGHT + hour * HOUR, count < 98 ? 10 * (hour + 1) : 1_000)
  }
  tier.check(MIDNIGHT + 2 * HOUR - 30_000, 4_000)
  const [first, second, third] = tier.buckets(MIDNIGHT + 2 * HOUR)
  for (const [bucket, ms] of [
    [first, 10],
    [second, 20],
    [third, 30]
  ] as const) {
    assert.equal(bucket?.p50Ms, msOf(binOf(ms)))
    assert.equal(bucket?.p99Ms, msOf(binOf(1_000)))
  }
  tier.check(MIDNIGHT + 3 * HOUR, undefined)
  assert.equal(tier.buckets(MIDNIGHT + 3 * HOUR).at(-1)?.p50Ms, undefined)
  assert.equal(tier.buckets(MIDNIGHT + 3 * HOUR).at(-2)?.p50Ms, msOf(binOf(30)))
})

test('a span over several buckets is divided among them', () => {
  const tier = createTier(4)
  tier.span(MIDNIGHT + 2.5 * HOUR, 2 * HOUR, true)
  assert.deepEqual(
    tier.buckets(MIDNIGHT + 2.5 * HOUR).map(({ upMs }) => upMs / HOUR),
    [0.5, 1, 0.5]
  )
})

test('a clock that was set back a little goes on in the newest bucket', () => {
  const tier = createTier(3, false)
  tier.check(MIDNIGHT + 50 * HOUR, 10)
  tier.check(MIDNIGHT + 50 * HOUR - 120_000, undefined)
  tier.forgetAfter(MIDNIGHT + 50 * HOUR - 120_000)
  const [only] = tier.buckets(MIDNIGHT + 50 * HOUR)
  assert.equal(only?.checks, 2)
  assert.equal(only?.failed, 1)
  assert.equal(only?.p50Ms, msOf(binOf(10)))
})

/** A track that was told of that course: verdict and how long it lasted. */
function lived(course: [Verdict, number][]) {
  const track = new Track(0)
  let now = 0
  let last: Verdict = 'unknown'
  for (const [verdict, ms] of course) {
    track.changed({ at: MIDNIGHT + now, from: last, to: verdict, reason: '' }, now)
    for (const end = now + ms; now < end; ) {
      now += Math.min(30_000, end - now)
      track.answered(
        verdict === 'online' ? good(MIDNIGHT + now) : bad('timeout', MIDNIGHT + now),
        verdict,
        now,
        MIDNIGHT + now
      )
    }
    last = verdict
  }
  return { track, wall: MIDNIGHT + now }
}

const HOUR_UP: [Verdict, number] = ['online', HOUR]
const UPTIMES: [name: string, course: [Verdict, number][], up: number | undefined][] = [
  ['nothing known yet', [['unknown', HOUR]], undefined],
  ['always up', [HOUR_UP], 1],
  ['a suspicion that proved unfounded is up', [HOUR_UP, ['suspect', HOUR / 60], HOUR_UP], 1],
  ['an outage is down from its first failure', [HOUR_UP, ['suspect', HOUR / 2], ['offline', HOUR / 2], HOUR_UP], 2 / 3],
  ['time before a confirmation does not count', [['pending', HOUR], HOUR_UP, ['offline', HOUR]], 1 / 2],
  ['being refused is down', [HOUR_UP, ['rejected', HOUR]], 1 / 2]
]
for (const [name, course, up] of UPTIMES) {
  test(`uptime: ${name}`, () => {
    const { track, wall } = lived(course)
    const { day, month } = track.uptime(wall)
    assert.equal(day === undefined ? day : Math.round(day * 1e6), up === undefined ? up : Math.round(up * 1e6))
    assert.equal(month, day)
  })
}

test('what happened two days ago is in the month and not in the day', () => {
  const { track, wall } = lived([
    ['offline', HOUR],
    ['online', 2 * DAY]
  ])
  assert.equal(track.uptime(wall).day, 1)
  assert.ok((track.uptime(wall).month ?? 1) < 0.99)
})

test('a track that was stored is the same again, and its checks go on', () => {
  const { track, wall } = lived([HOUR_UP, ['suspect', 60_000], ['offline', HOUR], HOUR_UP])
  const again = new Track(0, track.bytes())
  assert.deepEqual(again.lastChecks(1_000), track.lastChecks(1_000))
  assert.deepEqual(again.transitions(), track.transitions())
  assert.deepEqual(again.day(wall), track.day(wall))
  assert.deepEqual(again.month(wall), track.month(wall))
  again.answered(bad('dns', wall + 5), 'online', 5, wall + 5)
  assert.deepEqual(again.lastChecks(1), [{ at: wall + 5, ok: false, durationMs: 5, class: 'dns' }])
  assert.equal(again.lastChecks(1_000).length, track.lastChecks(1_000).length)
})

for (const [name, ahead] of [
  ['two hours', 2 * HOUR],
  ['some days', 3 * DAY + 5 * HOUR],
  ['more than a year', 370 * DAY + 5 * HOUR]
] as const) {
  test(`a clock that was ${name} ahead leaves nothing in the future once it is right`, () => {
    const { track, wall } = lived([HOUR_UP])
    const before = { day: track.day(wall), month: track.month(wall) }
    const wrong = wall + ahead
    track.changed({ at: wrong, from: 'online', to: 'offline', reason: '' }, HOUR + 30_000)
    track.answered(bad('timeout', wrong), 'offline', HOUR + 30_000, wrong)

    const again = new Track(HOUR + 30_000, track.bytes())
    const right = wall + 60_000
    again.answered(good(right), 'online', HOUR + 60_000, right)
    assert.deepEqual(
      again.lastChecks(2).map(({ at }) => at),
      [wall, right]
    )
    assert.ok(again.transitions().every(({ at }) => at <= right))
    for (const range of ['day', 'month'] as const) {
      const buckets = again[range](right)
      assert.ok(buckets.every(({ at }) => at <= right))
      const sameDay = range === 'month' && ahead < DAY ? 1 : 0
      assert.equal(checksOf(buckets), checksOf(before[range]) + 1 + sameDay)
      assert.deepEqual(
        again[range](wrong).filter(({ at }) => at > right),
        []
      )
    }
  })
}

const checksOf = (buckets: readonly Bucket[]) => buckets.reduce((sum, { checks }) => sum + checks, 0)

test('bytes of another version, or cut ones, are no reason not to start', () => {
  const { track, wall } = lived([HOUR_UP])
  const bytes = track.bytes()
  assert.deepEqual(new Track(0, bytes.subarray(0, 500)).day(wall), [])
  const other = Uint8Array.from(bytes)
  other[0] = 99
  assert.deepEqual(new Track(0, other).day(wall), [])
})

test('a track is small: ten thousand of them fit in 45 MB', () => {
  assert.ok(new Track(0).bytes().length < 4_500)
})
