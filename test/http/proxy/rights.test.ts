import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { authorized, join, OPERATOR_KEY, READER_KEY, request, sees, startNode } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'

async function joined(t: TestContext) {
  const [node, fake] = await Promise.all([startNode(t, { name: 'a' }), startFakePeer({ name: 'plain', auth: 'keys' })])
  t.after(() => fake.close())
  const { body } = await node.call('POST', '/api/cluster/invite')
  await fake.join(node.url, body.invite_token)
  await sees(node, 'plain', 'online')
  fake.requests.length = 0
  return { node, fake, proxy: `${node.url}/api/cluster/peers/plain/proxy` }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

test('an operator may do everything, a reader may read', async (t) => {
  const { fake, proxy } = await joined(t)
  for (const method of METHODS) {
    const reads = method === 'GET' || method === 'HEAD'
    const operator = await request(`${proxy}/deployments`, { method, headers: authorized(OPERATOR_KEY) })
    assert.equal(operator.status, 200, `operator ${method}`)
    fake.requests.length = 0
    const reader = await request(`${proxy}/deployments`, { method, headers: authorized(READER_KEY) })
    assert.equal(reader.status, reads ? 200 : 403, `reader ${method}`)
    assert.equal(fake.requests.length, reads ? 1 : 0)
  }
})

test('nobody, and no peer, may use the proxy', async (t) => {
  const { node, fake, proxy } = await joined(t)
  for (const method of METHODS) {
    assert.equal((await request(`${proxy}/deployments`, { method })).status, 401, method)
    const reply = await fake.call('a', '/api/cluster/peers/plain/proxy/deployments', { method })
    assert.equal(reply.status, 403, method)
    await reply.arrayBuffer()
  }
  assert.equal(fake.requests.filter(({ url }) => url === '/api/deployments').length, 0)
  assert.ok(node.url)
})

test('a reader opens no WebSocket: what goes through it cannot be told', async (t) => {
  const { fake, proxy } = await joined(t)
  let asked = 0
  fake.server.on('upgrade', (_request, socket) => {
    asked++
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
  })
  for (const [key, expected] of [
    [READER_KEY, 403],
    [OPERATOR_KEY, 502]
  ] as const) {
    const ws = new WebSocket(proxy.replace('http', 'ws').concat('/exec'), { headers: authorized(key) })
    ws.on('error', () => {})
    const status = await new Promise((resolve) =>
      ws.once('unexpected-response', (_, { statusCode }) => resolve(statusCode))
    )
    assert.equal(status, expected)
  }
  assert.equal(asked, 1)
})

test('between two of ours the proxy works without a key on the wire', async (t) => {
  const [a, b] = await Promise.all([startNode(t, { name: 'a' }), startNode(t, { name: 'b' })])
  assert.equal((await join(a, b)).status, 200)
  await sees(b, 'a', 'online')
  const reply = await b.call('GET', '/api/cluster/peers/a/proxy/cluster/status?x=1')
  assert.deepEqual([reply.status, reply.body.server_name], [200, 'a'])
})

test('two of ours that point at each other end at the first', async (t) => {
  const [a, b] = await Promise.all([startNode(t, { name: 'a' }), startNode(t, { name: 'b' })])
  assert.equal((await join(a, b)).status, 200)
  await sees(b, 'a', 'online')
  const reply = await b.call('GET', '/api/cluster/peers/a/proxy/cluster/peers/b/proxy/health')
  assert.deepEqual([reply.status, reply.body.code], [508, 'loop_detected'])
})

test('one caller takes no more than three quarters of the streams to a peer', async (t) => {
  const { fake, proxy } = await joined(t)
  fake.on('/api/stream', (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).write('x'))
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const stream = async (key: string) => {
    const answer = await fetch(`${proxy}/stream`, { headers: authorized(key), signal: leaving.signal })
    await answer.body?.getReader().read()
    return answer.status
  }
  const mine = await Promise.all(Array.from({ length: 96 }, () => stream(READER_KEY)))
  assert.deepEqual([...new Set(mine)], [200])
  const more = await request(`${proxy}/stream`, { headers: authorized(READER_KEY) })
  assert.deepEqual([more.status, more.body.code], [503, 'peer_busy'])
  assert.equal(await stream(OPERATOR_KEY), 200)
})

test('a WebSocket through the proxy ends when its key may only read from then on, and no other does', async (t) => {
  const { node, fake, proxy } = await joined(t)
  const server = new WebSocketServer({ noServer: true })
  t.after(() => server.close())
  fake.server.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, () => {}))
  const OTHER = 'another-operator-key-0123456789ab'
  const rights = (scopes: ('read' | 'write')[]) => [
    { key: OPERATOR_KEY, name: 'operator', scopes },
    { key: OTHER, name: 'other', scopes: ['read' as const, 'write' as const] }
  ]
  node.daemon.replaceOperatorKeys(rights(['read', 'write']))
  const open = async (key: string) => {
    const ws = new WebSocket(proxy.replace('http', 'ws').concat('/exec'), { headers: authorized(key) })
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
    return ws
  }
  const [mine, others] = [await open(OPERATOR_KEY), await open(OTHER)]
  const [ofMine] = server.clients
  const ended = Promise.all([mine, ofMine].map((ws) => new Promise((resolve) => ws?.once('close', resolve))))
  const told: unknown[] = []
  mine.on('message', (bytes) => told.push(bytes))

  node.daemon.replaceOperatorKeys(rights(['read']))
  ofMine?.send('a secret')
  await ended
  assert.deepEqual(told, [])

  const answered = new Promise((resolve) => others.once('pong', resolve))
  others.ping()
  await answered
  others.terminate()
})
