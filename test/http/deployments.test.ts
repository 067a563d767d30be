import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { WebSocket } from 'ws'
import {
  authorized,
  join,
  OPERATOR_KEY,
  READER_KEY,
  request,
  sees,
  startNode,
  type TestNode,
  until
} from '../daemon.ts'
import { container, type FakeContainer, frame, json, startFakeEngine } from '../local/fake-engine.ts'
import { folder, write } from '../local/folder.ts'

const COMPOSE = `services:
  web: { image: a, environment: { PASSWORD: "\${PASSWORD}" }, depends_on: [db] }
  db: { image: b }
`

/** A node whose engine does what it is told: containers remember whether they run. */
async function node(t: TestContext, name: string, { stuck = false, refuse = false } = {}) {
  const root = await folder(t, {
    'shop/compose.yml': COMPOSE,
    'shop/.env': 'PASSWORD=hunter2\n',
    'other/compose.yml': COMPOSE
  })
  const state: Record<string, string> = { web: 'running', db: 'running' }
  const told: string[] = []
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(
        response,
        Object.entries(state).map(([service, now]) => {
          const item: FakeContainer = {
            service,
            id: service,
            project: 'shop',
            dir: path.join(root, 'shop'),
            state: now
          }
          return container(now === 'running' ? item : { ...item, status: 'Exited (0) 1 second ago' })
        })
      )
  })
  for (const service of ['web', 'db']) {
    fake.routes[`GET /containers/${service}/json`] = (_, response) => json(response, { Config: {} })
    fake.routes[`GET /containers/${service}/logs`] = (_, response) =>
      response.end(frame(1, `2026-11-23T08:15:30Z hello from ${service}\n`))
    for (const [verb, next] of [
      ['stop', 'exited'],
      ['start', 'running']
    ] as const) {
      fake.routes[`POST /containers/${service}/${verb}`] = (_, response) => {
        told.push(`${service} ${verb}`)
        if (stuck) return
        if (refuse && verb === 'start') return json(response, { message: 'port is already allocated' }, 500)
        state[service] = next
        response.writeHead(204).end()
      }
    }
  }
  const started = await startNode(t, { name, config: { deployments_path: root, docker_socket: fake.socket } })
  return { ...started, root, told, fake, state }
}

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

async function two(t: TestContext, options = {}) {
  const a = await node(t, 'a')
  const b = await node(t, 'b', options)
  await join(b, a)
  await sees(a, 'b', 'online')
  return { a, b }
}

const through = (name: string) => `/api/cluster/peers/${name}/proxy`

test("a peer's deployment is operated through the proxy, as its grants allow", async (t) => {
  const { a, b } = await two(t)
  const restarted = await a.call('POST', `${through('b')}/deployments/shop/restart`)
  assert.equal(restarted.status, 200)
  assert.deepEqual(b.told, ['web stop', 'db stop', 'db start', 'web start'])
  const log = await a.call('GET', `${through('b')}/deployments/shop/logs?service=web`)
  assert.equal(log.text, 'shop-web-1 | hello from web\n')

  const grants = [{ capability: 'fleet.read' }, { capability: 'deployments.run', deployments: ['shop'] }]
  await b.call('PUT', '/api/cluster/peers/a/policy', { grants })
  assert.equal((await a.call('POST', `${through('b')}/deployments/shop/stop`)).status, 200)
  const other = await request(`${a.url}${through('b')}/deployments/other/stop`, {
    method: 'POST',
    headers: authorized(OPERATOR_KEY)
  })
  assert.deepEqual([other.status, other.body.code], [403, 'permission_denied'])
  const list = (await a.call('GET', `${through('b')}/deployments`)).body.deployments
  assert.deepEqual(
    list.map(({ name }: { name: string }) => name),
    ['shop']
  )
  assert.deepEqual(b.told.slice(4), ['web stop', 'db stop'])

  await b.call('PUT', '/api/cluster/peers/a/policy', {
    grants: [{ capability: 'fleet.read' }, { capability: 'deployments.read' }]
  })
  const refused = await a.call('POST', `${through('b')}/deployments/shop/start`)
  assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied'])
  assert.equal(b.told.length, 6)
})

test('who changed what is among the events', async (t) => {
  const { a, b } = await two(t)
  await a.call('POST', `${through('b')}/deployments/shop/stop`)
  await a.call('POST', `${through('b')}/deployments/nobody/stop`)
  const answer = await fetch(`${b.url}/api/cluster/events`, { headers: authorized(OPERATOR_KEY) })
  const reader = answer.body?.getReader()
  let text = ''
  while (!text.includes('"outcome":"refused"')) {
    const piece = await reader?.read()
    assert.ok(piece?.value, `the events ended after: ${text}`)
    text += new TextDecoder().decode(piece.value)
  }
  await reader?.cancel()
  const seen = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)))
  const actions = seen
    .filter(({ type }) => type === 'deployment.action')
    .map(({ facts }) => [facts.deployment, facts.action, facts.by, facts.outcome])
  assert.deepEqual(actions, [
    ['shop', 'stop', 'peer a', 'succeeded'],
    ['nobody', 'stop', 'peer a', 'refused']
  ])
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
  const ended = second.text().catch(() => '')
  const before = performance.now()
  await a.stop()
  await ended
  assert.ok(performance.now() - before < 5_000)
})

test('a deployment is found on the servers that have it', async (t) => {
  const { a, b } = await two(t)
  await write(b.root, { 'only-b/compose.yml': COMPOSE })
  const servers = await until(async () => {
    const { body } = await a.call('GET', '/api/cluster/deployments?name=only-b')
    return body.servers.b.data.length > 0 && body.servers
  })
  assert.deepEqual([servers.a.data.length, servers.b.data[0].name], [0, 'only-b'])
})

const steps = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const shape = (text: string) => steps(text).map(({ server, state, summary }) => summary ?? `${server} ${state}`)
const rollOut = (on: TestNode, servers: string, more = '') =>
  on.call('POST', `/api/cluster/deployments/shop/restart?servers=${servers}&settle_seconds=0${more}`)

test('a rollout restarts one server after the other, and says so', async (t) => {
  const { a, b } = await two(t)
  const answer = await rollOut(a, 'a,B,a')
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson')
  assert.deepEqual(shape(answer.text), [
    'a started',
    'a done',
    'b started',
    'b done',
    { done: 2, failed: 0, skipped: 0, total: 2 }
  ])
  assert.deepEqual([a.told.length, b.told.length], [4, 4])
  assert.match(steps(answer.text)[3].detail, /^shop-web-1 stopped\n.*shop-web-1 started$/s)
})

test('a rollout stops at the first failure', async (t) => {
  const { a, b } = await two(t, { refuse: true })
  const answer = await rollOut(a, 'b,a')
  assert.deepEqual(shape(answer.text), [
    'b started',
    'b failed',
    'a skipped',
    { done: 0, failed: 1, skipped: 1, total: 2 }
  ])
  const [, failed, skipped] = steps(answer.text)
  assert.match(
    failed.detail,
    /shop-db-1 could not be started\. The container engine answered: port is already allocated/
  )
  assert.equal(skipped.detail, 'it failed on b')
  assert.deepEqual(a.told, [])
  assert.ok(b.told.includes('db start'))
})

test('a rollout is not begun with a server that is none, and not by a reader', async (t) => {
  const a = await node(t, 'a')
  assert.equal((await rollOut(a, 'a,nobody')).status, 404)
  assert.equal((await a.call('POST', '/api/cluster/deployments/shop/restart')).status, 400)
  assert.equal((await rollOut(a, 'a', '&max_parallel=0')).status, 400)
  const refused = await request(`${a.url}/api/cluster/deployments/shop/restart?servers=a`, {
    method: 'POST',
    headers: authorized(READER_KEY)
  })
  assert.equal(refused.status, 403)
  assert.deepEqual(a.told, [])
})

/** What FlatRun's UI hears that opens a socket and says by its first message who it is, until the socket ends. */
function hears(node: Pick<TestNode, 'url'>, where: string, { token, key }: { token: string; key?: string }) {
  const socket = new WebSocket(node.url.replace('http', 'ws') + where, {
    headers: key === undefined ? {} : authorized(key)
  })
  const heard: { type: string; data?: string; line?: string; message?: string; status?: string }[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token })))
  return new Promise<typeof heard>((resolve, reject) => {
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}

test("a change is followed on FlatRun's socket, to its end", async (t) => {
  const a = await node(t, 'a')
  const begun = await a.call('POST', '/api/deployments/shop/restart?wait=false')
  const where = `/api/deployments/shop/jobs/${begun.body.job_id}/stream`
  const heard = await hears(a, where, { token: OPERATOR_KEY })
  assert.equal(heard[0]?.type, 'auth_success')
  assert.deepEqual(
    heard.filter(({ type }) => type === 'line').map(({ data }) => data),
    ['shop-web-1 stopped', 'shop-db-1 stopped', 'shop-db-1 started', 'shop-web-1 started']
  )
  assert.deepEqual(heard.at(-1), { type: 'result', status: 'succeeded', error: '' })
  assert.deepEqual((await hears(a, '/api/deployments/shop/jobs/none/stream', { token: OPERATOR_KEY })).at(-1), {
    type: 'error',
    message: 'Job not found'
  })
})

test("logs are followed on FlatRun's socket by whoever may read them, and by nobody else", async (t) => {
  const a = await node(t, 'a')
  const where = '/api/deployments/shop/logs/stream?tail=5'
  const lines = (heard: Awaited<ReturnType<typeof hears>>) =>
    heard.filter(({ type }) => type === 'log').map(({ line }) => line)
  a.state.web = 'exited'
  a.state.db = 'exited'
  const all = await hears(a, where, { token: READER_KEY })
  assert.deepEqual(lines(all).sort(), ['shop-db-1 | hello from db', 'shop-web-1 | hello from web'])
  assert.deepEqual(lines(await hears(a, `${where}&filter=WEB`, { token: READER_KEY })), ['shop-web-1 | hello from web'])
  for (const token of ['made-up', ''])
    assert.deepEqual(await hears(a, where, { token }), [{ type: 'error', message: 'Invalid or expired token' }])

  const b = await startNode(t, { name: 'b' })
  await join(a, b)
  await sees(a, 'b', 'online')
  const through = { url: `${b.url}/api/cluster/peers/a/proxy` }
  const seen = await hears(through, where.replace('/api/', '/'), {
    token: 'whoever is signed in there',
    key: OPERATOR_KEY
  })
  assert.deepEqual(lines(seen).sort(), ['shop-db-1 | hello from db', 'shop-web-1 | hello from web'])
  await a.call('PUT', '/api/cluster/peers/b/policy', {
    grants: [{ capability: 'deployments.read', deployments: ['other'] }]
  })
  const refused = await hears(through, where.replace('/api/', '/'), { token: 'anything', key: OPERATOR_KEY })
  assert.deepEqual(refused, [{ type: 'error', message: 'No access to this deployment' }])
})
