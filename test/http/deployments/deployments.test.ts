import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, READER_KEY, request, until } from '../../daemon.ts'
import { frame } from '../../local/fake-engine.ts'
import { COMPOSE, node } from './world.ts'

test('a deployment, its compose file as it was written, its containers and its log', async (t) => {
  const a = await node(t, 'a')
  const one = await a.call('GET', '/api/deployments/shop')
  assert.equal(one.status, 200)
  assert.equal(one.body.deployment.status, 'running')
  assert.equal(one.body.compose_content, COMPOSE)
  assert.ok(!one.text.includes('hunter2'))
  assert.deepEqual((await a.call('GET', '/api/deployments/shop/compose')).body, {
    name: 'shop',
    content: COMPOSE,
    filename: 'compose.yml'
  })
  const { containers } = (await a.call('GET', '/api/containers')).body
  assert.deepEqual(
    containers.map((item: { name: string; deployment: string }) => [item.name, item.deployment]),
    [
      ['shop-db-1', 'shop'],
      ['shop-web-1', 'shop']
    ]
  )
  const log = await a.call('GET', '/api/deployments/shop/logs?tail=5')
  assert.equal(log.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.deepEqual(log.text.split('\n').sort(), ['', 'shop-db-1  | hello from db', 'shop-web-1 | hello from web'])
  const flatrun = await a.call('GET', '/api/deployments/shop/logs?service=db', undefined, {
    accept: 'application/json, text/plain, */*'
  })
  assert.deepEqual(flatrun.body, { name: 'shop', logs: 'shop-db-1 | hello from db\n', cut: false })
})

test('a restart is waited for, or answered with a job to look up', async (t) => {
  const a = await node(t, 'a')
  const waited = await a.call('POST', '/api/deployments/shop/restart')
  assert.equal(waited.status, 200)
  assert.equal(waited.body.message, 'Deployment restarted')
  assert.equal(waited.body.output, 'shop-web-1 stopped\nshop-db-1 stopped\nshop-db-1 started\nshop-web-1 started')
  assert.deepEqual(a.told, ['web stop', 'db stop', 'db start', 'web start'])

  const begun = await a.call('POST', '/api/deployments/shop/stop?wait=false')
  assert.equal(begun.status, 202)
  assert.equal(begun.body.action, 'stop')
  const ended = await until(async () => {
    const { body } = await a.call('GET', `/api/deployments/shop/jobs/${begun.body.job_id}`)
    return body.status !== 'running' && body
  })
  assert.equal(ended.status, 'succeeded')
  assert.equal(ended.by, 'operator key-1')
  assert.equal((await a.call('GET', '/api/deployments/shop')).body.deployment.status, 'stopped')
})

test('while one change is under way another is refused, and told who is at it', async (t) => {
  const a = await node(t, 'a', { stuck: true })
  const begun = await a.call('POST', '/api/deployments/shop/stop?wait=false')
  const second = await a.call('POST', '/api/deployments/shop/restart')

  assert.equal(second.status, 409)
  assert.equal(second.body.code, 'deployment_busy')
  assert.match(second.body.error, new RegExp(`is being stopped by operator .* since .*job ${begun.body.job_id}`))
  assert.equal((await a.call('GET', '/api/deployments/shop/jobs/active')).body.id, begun.body.job_id)
})

test('a change that takes longer than the caller waits is a job to look up', async (t) => {
  const a = await node(t, 'a', { stuck: true })
  const late = await a.call('POST', '/api/deployments/shop/stop?wait_seconds=1')
  assert.deepEqual([late.status, late.body.status], [202, 'running'])
  assert.equal((await a.call('GET', '/api/deployments/shop/jobs/active')).body.id, late.body.job_id)
})

test('what does not exist, may not be, or cannot be asked is told apart', async (t) => {
  const a = await node(t, 'a')
  for (const [where, status, code] of [
    ['/api/deployments/nobody', 404, 'deployment_unknown'],
    ['/api/deployments/nobody/logs', 404, 'deployment_unknown'],
    ['/api/deployments/shop/logs?service=nobody', 404, 'service_unknown'],
    ['/api/deployments/shop/logs?since=yesterday', 400, 'bad_request'],
    ['/api/deployments/shop/logs?since=yesterday&follow=true', 400, 'bad_request'],
    ['/api/deployments/shop/logs?service=nobody&follow=true', 404, 'service_unknown'],
    ['/api/deployments/shop/logs?tail=-1', 400, 'invalid_input'],
    ['/api/deployments/shop/logs?tail=1e9', 400, 'invalid_input'],
    ['/api/deployments/shop/jobs/none', 404, 'job_unknown'],
    ['/api/deployments/..%2f..%2fetc', 400, 'deployment_name_invalid'],
    ['/api/deployments/.hidden', 400, 'deployment_name_invalid'],
    ['/api/deployments/a%5Cb', 400, 'deployment_name_invalid'],
    ['/api/deployments/a%00b', 400, 'deployment_name_invalid']
  ] as const) {
    const { status: found, body } = await a.call('GET', where)
    assert.deepEqual([found, body?.code], [status, code], where)
  }
  a.fake.server.close()
  a.fake.server.closeAllConnections()
  const gone = await until(async () => {
    const answer = await a.call('POST', '/api/deployments/shop/restart')
    return answer.status === 503 && answer
  })
  assert.equal(gone.body.code, 'engine_unavailable')
  assert.match(gone.body.error, /No container engine|Nobody listens|broke the connection off/)
  assert.equal((await a.call('GET', '/api/deployments/shop/compose')).status, 200)
})

test('reading needs a key, changing needs one that may write', async (t) => {
  const a = await node(t, 'a')
  assert.equal((await request(`${a.url}/api/deployments/shop/logs`)).status, 401)
  const reader = { headers: authorized(READER_KEY) }
  assert.equal((await request(`${a.url}/api/deployments/shop/logs`, reader)).status, 200)
  for (const action of ['start', 'stop', 'restart']) {
    const refused = await request(`${a.url}/api/deployments/shop/${action}`, { method: 'POST', ...reader })
    assert.equal(refused.status, 403)
    assert.equal(refused.body.error, 'Permission denied: deployments:write required')
  }
  assert.deepEqual(a.told, [])
})

test('a followed log is events until the containers end', async (t) => {
  const a = await node(t, 'a')
  const answer = await a.call('GET', '/api/deployments/shop/logs?follow=true&service=web')
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const [, line, end] = answer.text.split('\n\n')
  assert.match(
    line ?? '',
    /^event: line\ndata: \{"service":"web","container":"shop-web-1","stream":"stdout","at":"2026-11-23T08:15:30Z","line":"hello from web"\}$/
  )
  assert.equal(end, 'event: end\ndata: {}')
  const text = await a.call('GET', '/api/deployments/shop/logs?follow=true&service=web', undefined, {
    accept: 'text/plain'
  })
  assert.equal(text.text, 'shop-web-1 | hello from web\n')
})

test('a reader who leaves frees the engine, and a stopping server waits for none', async (t) => {
  const a = await node(t, 'a')
  const open = new Set<object>()
  a.fake.routes['GET /containers/web/logs'] = (_, response) => {
    open.add(response)
    response.on('close', () => open.delete(response))
    response.write(frame(1, '2026-11-23T08:15:30Z first\n'))
  }
  const leaving = new AbortController()
  const follow = () =>
    fetch(`${a.url}/api/deployments/shop/logs?follow=true&service=web`, {
      headers: authorized(OPERATOR_KEY),
      signal: leaving.signal
    })
  const first = await follow()
  await first.body?.getReader().read()
  leaving.abort()
  await until(() => open.size === 0, 'the engine being freed')

  const second = await fetch(`${a.url}/api/deployments/shop/logs?follow=true&service=web`, {
    headers: authorized(OPERATOR_KEY)
  })
  const ended = second.text()
  await a.stop()
  // A reader who is cut off when the grace is over hears no end.
  assert.match(await ended, /event: end\n/)
})
