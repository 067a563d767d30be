import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '../../fake-peer.ts'
import { call, proxyWorld } from './world.ts'

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`${method} reaches the peer and its answer comes back`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    peer.on('/api/things', answers(200, { ok: true }))
    const reply = await call(`${url}/things`, { method })
    assert.deepEqual([reply.status, reply.json], [200, { ok: true }])
    assert.equal(peer.requests[0]?.method, method)
  })
}

test('TRACE is not passed on: the peer would answer with our key', async (t) => {
  const { url, peer } = await proxyWorld(t)
  assert.equal((await call(`${url}/things`, { method: 'TRACE' })).status, 404)
  assert.equal(peer.requests.length, 0)
})

test('HEAD gives the headers of the answer, its length too', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/file', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '12345' })
    response.end()
  })
  const reply = await call(`${url}/file`, { method: 'HEAD' })
  assert.deepEqual([reply.status, reply.headers['content-length'], reply.text], [200, '12345', ''])
})

test('the query arrives byte for byte', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const query = '?x=1&x=2&e=%20%2F&empty=&plus=a+b&%C3%A9=caf%E9&p=..%2f..&q=a?b'
  await call(url, { path: `/api/cluster/peers/a/proxy/echo${query}` })
  assert.equal(peer.requests[0]?.url, `/api/echo${query}`)
})

test("the path of the peer's own URL stands before /api", async (t) => {
  const { url, peer } = await proxyWorld(t, { base: '/agent' })
  await call(`${url}/health`)
  assert.equal(peer.requests[0]?.url, '/agent/api/health')
})

const STATUSES: [number, Record<string, string>][] = [
  [201, { location: '/api/things/7' }],
  [204, {}],
  [304, { etag: '"v1"' }],
  [404, { 'content-type': 'application/json' }],
  [409, {}],
  [429, { 'retry-after': '7' }],
  [500, {}],
  [503, { 'retry-after': '9' }]
]
for (const [status, headers] of STATUSES) {
  test(`a ${status} of the peer's arrives as it is, asked for once`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    peer.on('/api/things', (_request, response) => response.writeHead(status, headers).end())
    const reply = await call(`${url}/things`)
    assert.equal(reply.status, status)
    assert.equal(reply.headers['retry-after'], headers['retry-after'])
    assert.equal(reply.headers.etag, headers.etag)
    assert.equal(peer.requests.length, 1)
  })
}

test('a part of a file arrives as the part that was asked for', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/file', (request, response) => {
    assert.equal(request.headers.range, 'bytes=2-4')
    response.writeHead(206, { 'content-type': 'text/plain', 'content-range': 'bytes 2-4/10', 'content-length': '3' })
    response.end('cde')
  })
  const reply = await call(`${url}/file`, { headers: { range: 'bytes=2-4' } })
  assert.deepEqual([reply.status, reply.headers['content-range'], reply.text], [206, 'bytes 2-4/10', 'cde'])
})

test('a redirect is not followed, and leads through the proxy again, in whatever folder the caller sees it', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const cases: [asked: string, sent: string, expected: string | undefined][] = [
    ['/old', '/api/login?next=1', '/login?next=1'],
    ['/old?a=/b/c', `${peer.url}/api/x`, '/x'],
    ['/old', 'other', '/other'],
    ['/old', '/api//x', '//x'],
    ['/old', '/api/x:y', '/x:y'],
    ['/old', '/api/', '/'],
    ['/very/old', '/api/x', '/x'],
    ['/very/old/', 'x', '/very/old/x'],
    ['/', '/api/x', '/x'],
    ['', '/api/x', '/x'],
    ['?a=/b', '/api/x#y', '/x#y'],
    ['/old', 'https://elsewhere.example/', undefined],
    ['/old', '/outside', undefined],
    ['/old', '//elsewhere.example/x', undefined]
  ]
  for (const [asked, sent, expected] of cases) {
    const [path = ''] = asked.split('?')
    peer.on(`/api${path || '/'}`, (_request, response) => response.writeHead(302, { location: sent }).end())
    const { status, headers } = await call(`${url}${asked}`)
    const seen = `https://web-1.example.org/tools/flatrun${new URL(url).pathname}`
    const leads = headers.location === undefined ? undefined : new URL(headers.location, `${seen}${asked}`).href
    assert.deepEqual([status, leads], [302, expected && `${seen}${expected}`], `${asked} ${sent}`)
  }
})

test('trailers are dropped, and the body is whole', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-sum' })
    response.write('body')
    response.addTrailers({ 'x-sum': '1' })
    response.end()
  })
  const reply = await call(`${url}/things`)
  assert.deepEqual([reply.text, reply.trailers, reply.headers.trailer], ['body', {}, undefined])
})

test('a caller that waits for "100 Continue" gets it, and its body arrives', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (request, response) => request.pipe(response))
  const reply = await call(`${url}/things`, { method: 'POST', headers: { expect: '100-continue' }, body: 'hello' })
  assert.deepEqual([reply.status, reply.text], [200, 'hello'])
  assert.equal(peer.requests[0]?.headers.expect, undefined)
})

test("an informational answer of the peer's stays between it and us", async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (_request, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</x>; rel=preload' })
    response.end('late')
  })
  assert.equal((await call(`${url}/things`)).text, 'late')
})

test('an unknown peer is not found', async (t) => {
  const { url } = await proxyWorld(t)
  const reply = await call(url.replace('/a/', '/b/').concat('/health'))
  assert.deepEqual([reply.status, reply.json.error, reply.json.code], [404, 'peer "b" not found', 'peer_unknown'])
})
