import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { authorized, OPERATOR_KEY, READER_KEY, request, sees, startNode } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

const PAGE = 'http://ui.example.org:5173'
const allowed = (origins: string[]) => ({ 'api.enable_cors': true, 'api.allowed_origins': origins })

async function nodeForPages(t: TestContext, origins = [PAGE]) {
  const node = await startNode(t, {
    name: 'ours',
    config: { ...allowed(origins), 'cluster.inspector': { enabled: true } }
  })
  const from = (method: string, path: string, headers: Record<string, string> = {}, origin = PAGE) =>
    request(node.url + path, { method, headers: { origin, ...headers } })
  const preflight = (method: string, path: string, headers = '', origin = PAGE) =>
    from(
      'OPTIONS',
      path,
      { 'access-control-request-method': method, 'access-control-request-headers': headers },
      origin
    )
  return { node, from, preflight }
}

test('a preflight to every route is answered without a key, and allows the method and the headers', async (t) => {
  const { node, preflight } = await nodeForPages(t)
  const needed = 'authorization,content-type,last-event-id,x-flatrun-deployment,x-request-id'
  const routes = node.daemon.app.accessTable
  assert.ok(routes.length > 60)
  for (const { method, url } of routes) {
    const { status, headers } = await preflight(method, url.replace(/:\w+/g, 'none').replace('*', 'health'), needed)
    const where = `${method} ${url}`
    assert.equal(status, 204, where)
    assert.equal(headers.get('access-control-allow-origin'), PAGE, where)
    assert.ok(headers.get('access-control-allow-methods')?.split(', ').includes(method), where)
    assert.equal(headers.get('access-control-allow-headers'), needed, where)
    assert.equal(headers.get('access-control-allow-credentials'), null, where)
  }
})

test('a page of an allowed origin may read every answer, a refusal and a fault too', async (t) => {
  const { from } = await nodeForPages(t)
  for (const [status, method, path, headers] of [
    [200, 'GET', '/api/health', {}],
    [200, 'GET', '/api/cluster/peers', authorized(OPERATOR_KEY)],
    [401, 'GET', '/api/cluster/peers', {}],
    [401, 'GET', '/api/cluster/peers', authorized('a-wrong-key')],
    [401, 'GET', '/api/cluster/peers/x/proxy/health', {}],
    [403, 'POST', '/api/cluster/invite', authorized(READER_KEY)],
    [404, 'GET', '/api/nothing', authorized(OPERATOR_KEY)],
    [404, 'GET', '/api/cluster/peers/x/proxy/health', authorized(OPERATOR_KEY)],
    [400, 'POST', '/api/cluster/accept', authorized(OPERATOR_KEY)]
  ] as const) {
    const answer = await from(method, path, headers)
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers.get('access-control-allow-origin'), PAGE, `${status} ${path}`)
    assert.equal(answer.headers.get('access-control-expose-headers'), '*', `${status} ${path}`)
    assert.match(answer.headers.get('vary') ?? '', /Origin/)
  }
})

test('an internal fault is readable by the page too', async (t) => {
  const { node, from } = await nodeForPages(t)
  await node.daemon.cluster.stop()
  t.mock.method(node.daemon.cluster, 'peers', () => {
    throw new Error('a fault of the test')
  })
  const answer = await from('GET', '/api/cluster/status', authorized(OPERATOR_KEY))
  assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [500, PAGE])
})

test('a page may read what a peer answers, and ask a peer itself with OPTIONS', async (t) => {
  const { node, from } = await nodeForPages(t)
  const peer = await startFakePeer({ name: 'theirs' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  await sees(node, 'theirs', 'online')
  for (const method of ['GET', 'OPTIONS']) {
    const answer = await from(method, '/api/cluster/peers/theirs/proxy/stats', authorized(OPERATOR_KEY))
    assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, PAGE], method)
  }
  assert.ok(peer.requests.some(({ method, url }) => method === 'OPTIONS' && url === '/api/stats'))
})

test('a page of another origin is told nothing, and its preflight allows it nothing', async (t) => {
  const { from, preflight } = await nodeForPages(t)
  const other = 'https://evil.example.net'
  for (const answer of [
    await from('GET', '/api/health', {}, other),
    await preflight('DELETE', '/api/cluster/peers/x', '', other)
  ])
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
})

for (const [written, origin] of [
  ['*', 'https://anything.example'],
  [`${PAGE}/`, PAGE],
  ['HTTPS://UI.Example.org:443', 'https://ui.example.org']
] as const)
  test(`allowed_origins: ["${written}"] lets in ${origin}`, async (t) => {
    const { from } = await nodeForPages(t, [written])
    const { headers } = await from('GET', '/api/health', {}, origin)
    assert.ok(['*', origin].includes(headers.get('access-control-allow-origin') ?? ''))
  })

test('without enable_cors nothing is said to pages of other origins', async (t) => {
  const node = await startNode(t, { config: { 'api.allowed_origins': [PAGE] } })
  const { headers } = await request(`${node.url}/api/health`, { headers: { origin: PAGE } })
  assert.equal(headers.get('access-control-allow-origin'), null)
})
