import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rollout } from '../../../src/cluster/rollout/rollout.ts'
import { createRolloutJobs } from '../../../src/cluster/rollout/rollout-jobs.ts'
import type { NewEvent } from '../../../src/schemas/event.ts'
import type { RolloutStep, RolloutSummary } from '../../../src/schemas/operation.ts'

const ASK = { deployment: 'web', by: 'operator alice', settleMs: 0, maxParallel: 1, servers: ['a', 'b'] }
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Jobs over rollouts whose steps a test hands out. */
function world() {
  const told: NewEvent[] = []
  const rollouts: { signal: AbortSignal; give(step: RolloutStep | { summary: RolloutSummary }): void; end(): void }[] =
    []
  const rollout: Rollout = (_, signal) => {
    const stream = new TransformStream<RolloutStep | { summary: RolloutSummary }>()
    const writer = stream.writable.getWriter()
    rollouts.push({ signal, give: (step) => void writer.write(step), end: () => void writer.close() })
    return stream.readable
  }
  const jobs = createRolloutJobs({
    rollout,
    events: { publish: (event) => void told.push(event) },
    wall: () => Date.parse('2026-11-29T08:00:00Z'),
    onFault: (error) => assert.fail(String(error))
  })
  return { jobs, rollouts, told }
}

test('a rollout goes on by itself, is looked up by anybody, and tells its beginning and its end', async () => {
  const { jobs, rollouts, told } = world()
  const { id } = jobs.begin(ASK)
  const [work] = rollouts
  work?.give({ server: 'A', state: 'done', detail: 'ok', duration_ms: 10 })
  await settled()
  assert.deepEqual(
    jobs.find(id).servers.map(({ state }) => state),
    ['done', 'waiting']
  )
  assert.equal(jobs.find(id).status, 'running')
  work?.give({ server: 'b', state: 'failed', detail: 'no engine' })
  work?.give({ summary: { done: 1, failed: 1, skipped: 0, total: 2 } })
  work?.end()
  await settled()
  await settled()
  assert.equal(jobs.find(id).status, 'failed')
  assert.equal(jobs.all()[0]?.finished_at, '2026-11-29T08:00:00.000Z')
  assert.deepEqual(
    told.map(({ type, facts }) => [type, facts?.by, facts?.outcome]),
    [
      ['rollout.started', 'operator alice', undefined],
      ['rollout.ended', 'operator alice', 'failed']
    ]
  )
})

test('one deployment is rolled out once at a time, and by name whoever is at it', () => {
  const { jobs } = world()
  jobs.begin(ASK)
  assert.throws(() => jobs.begin({ ...ASK, by: 'operator bob' }), { code: 'ROLLOUT_BUSY', message: /operator alice/ })
  jobs.begin({ ...ASK, deployment: 'other' })
  assert.throws(() => jobs.find('nothing'), { code: 'ROLLOUT_UNKNOWN' })
})

test('a stop begins no other server, and says who stopped it', async () => {
  const { jobs, rollouts } = world()
  const { id } = jobs.begin(ASK)
  assert.equal(jobs.stop(id, 'operator bob').status, 'stopping')
  assert.ok(rollouts[0]?.signal.aborted)
  rollouts[0]?.give({ server: 'b', state: 'skipped' })
  rollouts[0]?.give({ summary: { done: 1, failed: 0, skipped: 1, total: 2 } })
  rollouts[0]?.end()
  await settled()
  await settled()
  assert.deepEqual([jobs.find(id).status, jobs.find(id).stopped_by], ['stopped', 'operator bob'])
  assert.equal(jobs.stop(id, 'operator eve').stopped_by, 'operator bob')
})

test('of fifty that are over the oldest are forgotten, and none that runs', async () => {
  const { jobs, rollouts } = world()
  const first = jobs.begin(ASK)
  for (let index = 0; index < 60; index++) {
    jobs.begin({ ...ASK, deployment: `d${index}` })
    rollouts.at(-1)?.give({ summary: { done: 2, failed: 0, skipped: 0, total: 2 } })
    rollouts.at(-1)?.end()
    await settled()
    await settled()
  }
  assert.ok(jobs.all().length <= 51)
  assert.equal(jobs.find(first.id).status, 'running')
})
