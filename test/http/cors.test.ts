import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { authorized, OPERATOR_KEY, READER_KEY, request, sees, startNode, until } from '../daemon.ts'
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

for (const origins of [[PAGE], ['*']])
  test(`a page may read a refusal that comes before any route, with allowed_origins ${origins}`, async (t) => {
    const { node } = await nodeForPages(t, origins)
    const key = authorized(OPERATOR_KEY)
    const refused = async (status: number, code: string, path: string, init: RequestInit = {}) => {
      const answer = await fetch(node.url + path, { ...init, headers: { origin: PAGE, ...init.headers } })
      const body = JSON.parse(await answer.text())
      assert.deepEqual([answer.status, body.code, body.status], [status, code, status], path)
      assert.equal(answer.headers.get('access-control-allow-origin'), origins[0], `${status} ${path}`)
      assert.equal(answer.headers.get('access-control-expose-headers'), '*', `${status} ${path}`)
      assert.match(answer.headers.get('vary') ?? '', /Origin/)
      assert.ok(answer.headers.get('x-request-id'))
    }
    const posted = (body: string, type: string) => ({ method: 'POST', body, headers: { ...key, 'content-type': type } })
    await refused(400, 'bad_url', '/%zz')
    await refused(400, 'bad_url', '/api/cluster/peers/%c3', { headers: key })
    await refused(414, 'bad_url', `/api/cluster/peers/${'x'.repeat(600)}/check`, { method: 'POST' })
    await refused(404, 'not_found', '/nothing', { method: 'PROPFIND' })
    await refused(413, 'body_too_large', '/api/cluster/accept', posted(`"${'x'.repeat(70_000)}"`, 'application/json'))
    await refused(415, 'unsupported_media_type', '/api/cluster/accept', posted('a', 'text/plain'))
    await refused(415, 'unsupported_media_type', '/api/cluster/accept', posted('a', 'none'))
    await refused(431, 'headers_too_large', '/api/health', { headers: { 'x-large': 'x'.repeat(20_000) } })
  })

test('a page may read that the server is stopping', async (t) => {
  const { node } = await nodeForPages(t)
  const { port, host } = new URL(node.url)
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  let answers = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answers += text
  })
  const ours = `host: ${host}\r\norigin: ${PAGE}\r\nauthorization: Bearer ${OPERATOR_KEY}\r\n`
  socket.write(
    `POST /api/cluster/invite HTTP/1.1\r\n${ours}content-type: application/json\r\ncontent-length: 2\r\n\r\n{`
  )
  await once(node.daemon.app.server, 'request')
  const stopped = node.stop()
  await until(() => !node.daemon.app.server.listening, 'the end of listening')
  socket.write(`}GET /api/cluster/status HTTP/1.1\r\n${ours}\r\n`)
  await Promise.all([stopped, once(socket, 'close')])
  const [, second = ''] = answers.split(/(?=HTTP\/1\.1 503)/)
  assert.match(second, /"code":"stopping"/)
  assert.match(second, new RegExp(`access-control-allow-origin: ${PAGE}`, 'i'))
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
