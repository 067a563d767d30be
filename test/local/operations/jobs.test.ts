import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineRefused } from '../../../src/errors/deployments.ts'
import { createJobs } from '../../../src/local/operations/jobs.ts'

const order = { deployment: 'web', action: 'restart', by: 'operator admin' } as const

test('a second change of the same deployment is refused, and told who is at it', async () => {
  const jobs = createJobs({ now: () => 0 })
  const work = Promise.withResolvers<void>()
  const { job, finished } = jobs.begin(order, () => work.promise)

  assert.throws(() => jobs.begin({ ...order, action: 'stop', by: 'peer b' }, async () => {}), {
    statusCode: 409,
    message: `deployment "web" is being restarted by operator admin since 1970-01-01T00:00:00.000Z; wait for job ${job.id} to end`
  })
  jobs.begin({ ...order, deployment: 'other' }, async () => {})
  work.resolve()
  await finished
  jobs.begin(order, async () => {})
})

test('a job can be looked up while it runs, after it ended, and for 15 minutes', async () => {
  let at = 0
  const jobs = createJobs({ now: () => at })
  const work = Promise.withResolvers<void>()
  const { job, finished } = jobs.begin(order, async ({ line }) => {
    line('web-1 stopped')
    await work.promise
    line('web-1 started')
  })
  assert.equal(jobs.find('web', 'active').id, job.id)
  assert.equal(jobs.find('web', job.id).status, 'running')
  assert.throws(() => jobs.find('other', job.id), { statusCode: 404 })

  at = 5_000
  work.resolve()
  await finished
  const { status, output, finished_at } = jobs.find('web', job.id)
  assert.deepEqual(
    [status, output, finished_at],
    ['succeeded', 'web-1 stopped\nweb-1 started', '1970-01-01T00:00:05.000Z']
  )
  assert.throws(() => jobs.find('web', 'active'), { statusCode: 404 })

  at += 15 * 60_000 + 1
  jobs.begin({ ...order, deployment: 'other' }, async () => {})
  assert.throws(() => jobs.find('web', job.id), { statusCode: 404, message: /kept for 15 minutes/ })
})

test('a job that fails says why, and leaves the deployment free', async () => {
  const jobs = createJobs({ now: () => 0 })
  const { job, finished } = jobs.begin(order, async () => {
    throw new EngineRefused('web-1 could not be started. port is taken')
  })
  const { failure } = await finished

  assert.ok(failure instanceof Error)
  assert.deepEqual(
    [job.status, job.error, job.code],
    ['failed', 'web-1 could not be started. port is taken', 'engine_refused']
  )
  jobs.begin(order, async () => {})
})

test('a talkative job keeps its first 500 lines', async () => {
  const jobs = createJobs({ now: () => 0 })
  const { job, finished } = jobs.begin(order, async ({ line }) => {
    for (let n = 0; n < 1_000; n += 1) line(`line ${n}`)
  })
  await finished
  assert.equal(job.lines.length, 500)
})

test('of many jobs the newest 200 are kept, and none that is under way is forgotten', async () => {
  const jobs = createJobs({ now: () => 0 })
  const { job: running } = jobs.begin({ ...order, deployment: 'slow' }, () => new Promise(() => {}))
  const ids: string[] = []
  for (let n = 0; n < 300; n += 1) {
    const { job, finished } = jobs.begin(order, async () => {})
    await finished
    ids.push(job.id)
  }
  assert.equal(jobs.find('slow', running.id).status, 'running')
  assert.equal(jobs.find('web', ids.at(-1) ?? '').status, 'succeeded')
  assert.throws(() => jobs.find('web', ids[0] ?? ''), { statusCode: 404 })
})
