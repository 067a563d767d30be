import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { json } from '../fake-engine.ts'
import { ALL_DONE, BOTH, COMPOSE, done, world } from './world.ts'

test('a restart goes through the containers in order', async (t) => {
  const { act, changes, audits } = await world(t, { containers: BOTH, routes: ALL_DONE })
  const result = await act('restart')

  assert.deepEqual(changes(), [
    'POST /containers/web/stop',
    'POST /containers/db/stop',
    'POST /containers/db/start',
    'POST /containers/web/start'
  ])
  assert.equal(result.output, 'web-web-1 stopped\nweb-db-1 stopped\nweb-db-1 started\nweb-web-1 started')
  const [{ durationMs: _, ...entry } = { durationMs: 0 }] = audits
  assert.deepEqual(entry, { action: 'restart', deployment: 'web', by: 'me', outcome: 'succeeded' })
})

test('a service that needs a healthy one waits for it, and is not started when it falls ill', async (t) => {
  const starting = { service: 'db', status: 'Up 1 second (health: starting)' }
  const { act, changes, state } = await world(t, { containers: [{ service: 'web' }, starting], routes: ALL_DONE })
  const restarting = act('restart')
  while (!changes().includes('POST /containers/db/start')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = [{ service: 'web' }, { service: 'db', status: 'Up 9 seconds (unhealthy)' }]

  await assert.rejects(restarting, { message: 'web-db-1 is unhealthy, and others need it' })
  assert.ok(!changes().includes('POST /containers/web/start'))
})

test('a service that needs a job to succeed waits for its end, and is not started when it fails', async (t) => {
  const compose = `services:
  web: { image: a, depends_on: { db: { condition: service_completed_successfully } } }
  db: { image: b }
`
  const { act, changes, state } = await world(t, { containers: BOTH, routes: ALL_DONE, compose })
  const restarting = act('restart')
  while (!changes().includes('POST /containers/db/start')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = [{ service: 'web' }, { service: 'db', state: 'exited', status: 'Exited (3) 1 second ago' }]

  await assert.rejects(restarting, { message: 'web-db-1 exited with code 3, and others need it to succeed' })
  assert.ok(!changes().includes('POST /containers/web/start'))
})

test('what compose noted on the containers counts more than the file that was changed since', async (t) => {
  const labels = { 'com.docker.compose.depends_on': 'web:service_started:false' }
  const { act, changes } = await world(t, {
    containers: [
      { service: 'web', labels: { 'com.docker.compose.depends_on': '' } },
      { service: 'db', labels }
    ],
    routes: ALL_DONE
  })
  await act('stop')
  assert.deepEqual(changes(), ['POST /containers/db/stop', 'POST /containers/web/stop'])
})

test('stopping what is down does nothing, and paused containers go on', async (t) => {
  const containers = [
    { service: 'web', state: 'exited', status: 'Exited (0) 1 hour ago' },
    { service: 'db', state: 'paused', status: 'Up (Paused)' }
  ]
  const routes = { ...ALL_DONE, 'POST /containers/db/unpause': done }
  const { act, changes, state } = await world(t, { containers, routes })
  state.containers = containers
  await act('stop')
  assert.deepEqual(changes(), ['POST /containers/db/stop'])

  const started = act('start')
  while (!changes().includes('POST /containers/db/unpause')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = BOTH
  await started
  assert.deepEqual(changes().slice(1), ['POST /containers/db/unpause', 'POST /containers/web/start'])
})

test('an engine that refuses is quoted, and what it was is in the audit', async (t) => {
  const { act, audits, node, fake } = await world(t, {
    containers: BOTH,
    routes: {
      ...ALL_DONE,
      'POST /containers/db/stop': (_, response) =>
        json(response, { message: 'cannot kill container: permission denied' }, 500)
    }
  })
  const { job, result } = await node.begin({ action: 'stop', deployment: 'web', by: 'me' })

  const said = 'web-db-1 could not be stopped. The container engine answered: cannot kill container: permission denied'
  await assert.rejects(result, { statusCode: 502, message: said })
  const found = node.job('web', job.id)
  assert.deepEqual(
    [found.status, found.error, found.code, found.output],
    ['failed', said, 'engine_refused', 'web-web-1 stopped']
  )
  assert.deepEqual([audits[0]?.outcome, audits[0]?.reason], ['failed', said])
  assert.match(fake.asked.at(-1) ?? '', /containers\/json/, 'what is there was looked at after the failure')
  await assert.rejects(act('stop'), { statusCode: 502 })
})

test('a restart that cannot stop one container starts the others again', async (t) => {
  const { act, changes } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'POST /containers/db/stop': (_, response) => json(response, { message: 'no' }, 500) }
  })
  await assert.rejects(act('restart'), { message: /^web-db-1 could not be stopped/ })
  assert.deepEqual(changes().slice(2), ['POST /containers/db/start', 'POST /containers/web/start'])
})

test('what cannot be begun is refused at once, with the cause, and audited', async (t) => {
  const { act, audits, root, node } = await world(t, {
    routes: { 'GET /containers/json': (_, response) => json(response, {}, 500) }
  })
  await mkdir(path.join(root, 'other'))

  for (const name of ['../web', 'web/..', '.hidden', 'a\\b', '', '..', '/etc', 'web\0']) {
    await assert.rejects(act('stop', name), { statusCode: 400, code: 'DEPLOYMENT_NAME_INVALID' }, name)
  }
  for (const name of ['nobody', 'other', '__proto__', 'WEB', 'web ']) {
    await assert.rejects(act('stop', name), { statusCode: 404 }, name)
  }
  await assert.rejects(act('stop'), { statusCode: 503, message: 'The container engine answered: status 500' })
  await assert.rejects(node.logs('web', {}), { statusCode: 503 })
  await assert.rejects(node.containers(), { statusCode: 503 })
  assert.ok(audits.every(({ outcome }) => outcome === 'refused'))
  assert.equal((await node.compose('web')).content, COMPOSE)
})

test('an engine that hangs in the middle ends in its deadline, and the deployment is free again', async (t) => {
  const { act, node } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'GET /containers/web/json': () => {} },
    timeoutMs: 50
  })

  await assert.rejects(act('stop'), { statusCode: 503, message: 'The container engine did not answer in time' })
  assert.throws(() => node.job('web', 'active'), { statusCode: 404 })
})

test('closing ends what is under way, and says so', async (t) => {
  const { node, changes } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'POST /containers/web/stop': () => {} }
  })
  const { job, result } = await node.begin({ action: 'stop', deployment: 'web', by: 'me' })
  while (changes().length === 0) await new Promise((resolve) => setImmediate(resolve))
  await node.close()

  await assert.rejects(result, { code: 'STOPPING' })
  assert.equal(job.status, 'failed')
})

test('a container has the time to stop that its settings grant, longer than any other call', async (t) => {
  const slowly: typeof done = (request, response) => void setTimeout(() => done(request, response), 1_500)
  const { act } = await world(t, {
    containers: [{ service: 'web' }],
    routes: { ...ALL_DONE, 'POST /containers/web/stop': slowly },
    timeoutMs: 1_000
  })
  assert.equal((await act('stop')).output, 'web-web-1 stopped')
})
