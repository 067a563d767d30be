import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRollout, type Rollout } from '../../../src/cluster/rollout/rollout.ts'
import { createRolloutJobs } from '../../../src/cluster/rollout/rollout-jobs.ts'
import type { RolloutStep, RolloutSummary } from '../../../src/schemas/deployments/operation.ts'
import type { NewEvent } from '../../../src/schemas/event.ts'
import type { PeerHealth } from '../../../src/schemas/health.ts'

const ASK = { deployment: 'web', by: 'operator alice', settleMs: 0, maxParallel: 1, servers: ['a', 'b'] }
const PEER: Omit<PeerHealth, 'id' | 'name'> = {
  ...{ url: '', verdict: 'online', since: 0, failures: 0, flapping: false, restarts: 0, features: [], evidence: [] }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Jobs over rollouts whose steps a test hands out. */
function world() {
  const told: NewEvent[] = []
  const rollouts: {
    stop: AbortSignal | undefined
    give(step: RolloutStep | { summary: RolloutSummary }): void
    end(): void
  }[] = []
  const rollout: Rollout = (_, _left, stop) => {
    const stream = new TransformStream<RolloutStep | { summary: RolloutSummary }>()
    const writer = stream.writable.getWriter()
    rollouts.push({ stop, give: (step) => void writer.write(step), end: () => void writer.close() })
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
  assert.ok(rollouts[0]?.stop?.aborted)
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

/** Jobs over two servers, the first of which is under way until a test ends it. */
function underWay() {
  const work = Promise.withResolvers<string>()
  const aborted: string[] = []
  const rollout = createRollout({
    selfName: () => 'a',
    peers: () => [{ ...PEER, id: 'b', name: 'b' }],
    restartHere: (_, signal) => {
      signal.addEventListener('abort', () => aborted.push('a'))
      return work.promise
    },
    restartThere: () => assert.fail('no other server is begun')
  })
  const jobs = createRolloutJobs({
    rollout,
    events: { publish: () => {} },
    wall: Date.now,
    onFault: (error) => assert.fail(String(error))
  })
  return { jobs, work, aborted }
}

test('a stop leaves the restart that is under way alone, and says of the rest who stopped it', async () => {
  const { jobs, work, aborted } = underWay()
  const { id } = jobs.begin(ASK)
  await settled()
  jobs.stop(id, 'operator bob')
  assert.deepEqual(aborted, [])
  work.resolve('restarted')
  await settled()
  const { status, servers } = jobs.find(id)
  assert.equal(status, 'stopped')
  assert.deepEqual(
    servers.map(({ state, detail }) => [state, detail]),
    [
      ['done', 'restarted'],
      ['skipped', 'stopped by operator bob']
    ]
  )
})

test('a node that shuts down waits for no restart', async () => {
  const { jobs, work, aborted } = underWay()
  const { id } = jobs.begin(ASK)
  await settled()
  jobs.close()
  assert.deepEqual(aborted, ['a'])
  work.reject(new Error('The operation was aborted'))
  await settled()
  assert.equal(jobs.find(id).servers[1]?.detail, 'this server was shut down')
})

test('of what a server says of its restart the end is kept, and told of one job alone', async () => {
  const { jobs, rollouts } = world()
  const { id } = jobs.begin(ASK)
  rollouts[0]?.give({ server: 'a', state: 'done', detail: `${'x'.repeat(1 << 20)} the end` })
  rollouts[0]?.give({ server: 'b', state: 'failed', detail: 'no engine' })
  await settled()
  await settled()
  const [detail = ''] = jobs.find(id).servers.map((step) => step.detail)
  assert.ok(detail.length < 4_200)
  assert.match(detail, /^\(1044488 earlier characters are left out\)\nx+ the end$/)
  assert.deepEqual(
    jobs.all()[0]?.servers.map((step) => step.detail),
    [undefined, 'no engine']
  )
})
