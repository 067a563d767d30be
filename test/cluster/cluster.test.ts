import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, spec } from './world.ts'

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
  cluster.signOfDeath('a')
  await clock.advance(400)
  assert.equal(verdict('a'), 'suspect')
  await clock.advance(16_800)
  assert.equal(verdict('a'), 'suspect')
  await clock.advance(300)
  assert.equal(verdict('a'), 'offline')
  const times = askedTimes('a').slice(before)
  assert.deepEqual(
    times.slice(1).map((at, index) => at - (times[index] ?? 0)),
    [2_000, 5_000, 10_000]
  )
})
