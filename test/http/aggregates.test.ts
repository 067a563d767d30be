import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { authorized, join, READER_KEY, request, sees, startNode, type TestNode } from '../daemon.ts'
import { misbehave, startFakePeer } from '../fake-peer.ts'

/** A node of ours that plain FlatRun and another of ours have joined. */
async function threeServers(t: TestContext) {
  const [a, b, fake] = await Promise.all([
    startNode(t, { name: 'a' }),
    startNode(t, { name: 'b' }),
    startFakePeer({ name: 'plain', auth: 'keys' })
  ])
  t.after(() => fake.close())
  assert.equal((await join(a, b)).status, 200)
  const { body } = await a.call('POST', '/api/cluster/invite')
  assert.equal((await fake.join(a.url, body.invite_token)).status, 200)
  await sees(a, 'b', 'online')
  await sees(a, 'plain', 'online')
  return { a, b, fake }
}

const read = (node: TestNode, path: string, accept: string) =>
  request(`${node.url}${path}`, { headers: { ...authorized(READER_KEY), accept } })

test('all servers are listed, ours and plain FlatRun alike', async (t) => {
  const { a } = await threeServers(t)
  const { status, headers, body } = await a.call('GET', '/api/cluster/deployments')
  assert.deepEqual([status, headers.get('content-type')], [200, 'application/json; charset=utf-8'])
  assert.deepEqual(Object.keys(body.servers), ['a', 'b', 'plain'])
  assert.deepEqual(body.summary, { answered: 3, failed: 0, total: 3 })
  for (const { data } of Object.values<{ data: unknown }>(body.servers)) assert.ok(Array.isArray(data))
  const stats = (await a.call('GET', '/api/cluster/stats')).body
  for (const { data } of Object.values<{ data: object }>(stats.servers)) assert.ok('system' in data)
})

test('one bad server is one bad entry', async (t) => {
  const { a, fake } = await threeServers(t)
  fake.on('/api/deployments', misbehave.html)
  const { status, body } = await a.call('GET', '/api/cluster/deployments')
  assert.deepEqual([status, body.summary], [200, { answered: 2, failed: 1, total: 3 }])
  assert.equal(body.servers.plain.online, false)
})

test('the query says which servers and which deployments', async (t) => {
  const { a } = await threeServers(t)
  const { body } = await a.call('GET', '/api/cluster/deployments?servers=plain,%20a&status=stopped&stale=true')
  assert.deepEqual(Object.keys(body.servers), ['a', 'plain'])
  assert.deepEqual(body.servers.plain.data, [])
  const bad = await a.call('GET', '/api/cluster/deployments?status=sleeping')
  assert.equal(bad.status, 400)
})

test('each server comes on a line of its own, however it breaks its lines', async (t) => {
  const { a, fake } = await threeServers(t)
  fake.on('/api/deployments', (_request, response) => response.end('[\n {"name": "x"\r\n}\n]'))
  const { headers, text } = await read(a, '/api/cluster/deployments', 'application/x-ndjson')
  assert.equal(headers.get('content-type'), 'application/x-ndjson')
  assert.equal(headers.get('x-accel-buffering'), 'no', 'nginx would gather the lines')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines
      .slice(0, 3)
      .map(({ name }) => name)
      .sort(),
    ['a', 'b', 'plain']
  )
  assert.deepEqual(lines[3], { summary: { answered: 3, failed: 0, total: 3 } })
})

test('each server comes as an event', async (t) => {
  const { a } = await threeServers(t)
  const { headers, text } = await read(a, '/api/cluster/stats', 'text/event-stream')
  assert.equal(headers.get('content-type'), 'text/event-stream')
  const events = text
    .trimEnd()
    .split('\n\n')
    .map((event) => /^event: (\w+)\ndata: (.*)$/.exec(event))
  assert.deepEqual(
    events.map((event) => event?.[1]),
    ['node', 'node', 'node', 'summary']
  )
  for (const event of events) JSON.parse(event?.[2] ?? '')
})

test('without clustering there is no aggregate', async (t) => {
  const node = await startNode(t, { config: { 'cluster.enabled': false } })
  const { status, body } = await node.call('GET', '/api/cluster/deployments')
  assert.deepEqual([status, body.error], [400, 'Cluster is not enabled'])
})

test('a peer that may read the fleet is not shown what our stronger keys open at others', async (t) => {
  const { a, fake } = await threeServers(t)
  const ask = async (path: string) => JSON.parse(await (await fake.call('a', path)).text())
  await a.call('GET', '/api/cluster/deployments')
  const before = fake.requests.length

  for (const kind of ['deployments', 'stats']) {
    const { servers, summary } = await ask(`/api/cluster/${kind}?stale=true`)
    assert.deepEqual([Object.keys(servers), summary], [['a'], { answered: 1, failed: 0, total: 1 }])
  }
  const asked = await ask('/api/cluster/deployments?servers=b')
  assert.equal(asked.servers.b.error, 'no server of this name is a member here')

  await a.call('PUT', '/api/cluster/peers/plain/policy', { grants: [{ capability: 'fleet.read' }] })
  const { servers, summary } = await ask('/api/cluster/deployments?stale=true')
  assert.deepEqual(summary, { answered: 0, failed: 1, total: 1 })
  assert.equal(servers.a.error, 'Permission denied: deployments:read required')
  assert.equal('data' in servers.a, false)
  assert.ok(fake.requests.slice(before).every(({ url }) => !url.startsWith('/api/deployments')))
})
