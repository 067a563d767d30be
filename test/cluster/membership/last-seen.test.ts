import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createLastSeen } from '../../../src/cluster/membership/last-seen.ts'
import { createWorld, spec } from '../world.ts'

function createSeenWorld(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const world = createWorld(t)
  const batches: ReadonlyMap<string, number>[] = []
  const faults: unknown[] = []
  let broken = false
  const lastSeen = createLastSeen({
    cluster: world.cluster,
    membership: {
      seen: async (times) => {
        if (broken) throw new Error('disk full')
        batches.push(new Map(times))
      }
    },
    onFault: (fault) => faults.push(fault)
  })
  const setBroken = (now: boolean) => {
    broken = now
  }
  return { ...world, batches, faults, lastSeen, setBroken }
}

const many = (count: number) => Array.from({ length: count }, (_, at) => spec(`p${at}`))

test('changes of state are written soon, together', async (t) => {
  const { cluster, clock, batches } = createSeenWorld(t)
  cluster.start(many(20))
  await clock.advance(5_000)
  assert.equal(batches.length, 0)
  t.mock.timers.tick(1_000)
  assert.deepEqual(
    batches.map(({ size }) => size),
    [20]
  )
  assert.ok([...(batches[0]?.values() ?? [])].every((at) => Math.abs(at - clock.wall()) <= 5_000))
})

test('what did not change is written in turns, the longest waiting first, and all of it on stop', async (t) => {
  const { cluster, clock, batches, lastSeen } = createSeenWorld(t)
  cluster.start(many(600))
  await clock.advance(40_000)
  t.mock.timers.tick(1_000)
  await clock.advance(40_000)
  batches.length = 0
  await lastSeen.flush()
  await lastSeen.flush()
  assert.deepEqual(
    batches.map(({ size }) => size),
    [249, 249]
  )
  const [first, second] = batches.map((batch) => [...batch.keys()])
  assert.ok(first?.every((id) => !second?.includes(id)))
  await lastSeen.stop()
  assert.equal(new Set(batches.flatMap((batch) => [...batch.keys()])).size, 600)
  batches.length = 0
  await clock.advance(40_000)
  await lastSeen.stop()
  assert.deepEqual(batches, [])
})

test('a write that fails is told, and the next answer is written again', async (t) => {
  const world = createSeenWorld(t)
  const { cluster, clock, batches, faults, lastSeen } = world
  cluster.start([spec('a')])
  await clock.advance(1_000)
  world.setBroken(true)
  t.mock.timers.tick(1_000)
  await clock.advance(1)
  assert.equal(faults.length, 1)
  world.setBroken(false)
  await clock.advance(40_000)
  await lastSeen.flush()
  assert.deepEqual([...(batches[0]?.keys() ?? [])], ['a'])
})
