import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, proxyWorld } from './world.ts'

/** Each would leave /api somewhere: in this process, in the peer's, or in what stands between them. */
const TRAVERSALS = [
  '../x',
  '..',
  '../../etc/passwd',
  'a/../../x',
  'a/..',
  './x',
  'a/./b',
  '%2e%2e/x',
  '%2e%2e',
  '.%2e/x',
  '%2e./x',
  '%2E%2E/x',
  'a/%2e%2e/%2e%2e/x',
  '..%2fx',
  '..%2Fx',
  'a%2f..%2f..%2fx',
  '%2e%2e%2fx',
  '..\\x',
  'a\\..\\..\\x',
  '..%5cx',
  '..%5Cx',
  '%2e%2e%5cx',
  'a%5c..%5c..%5cx',
  '%252e%252e/x',
  '%252e%252e%252fx',
  '..%252fx',
  '..%255cx',
  '%25252e%25252e/x',
  '%25252e%25252e%25252fx',
  '..;/x',
  '..;a=b/x',
  '%2e%2e;/x',
  '..%3b/x',
  '%2e',
  'a/%2e/b',
  '%00',
  'x%00.json',
  'x%0d%0aSet-Cookie:a=b',
  'x%0a',
  'x%250d%250a',
  '%c0%ae%c0%ae/x',
  '%ff',
  '%u002e%u002e/x',
  '%zz',
  'x#y'
]

for (const tail of TRAVERSALS) {
  test(`${JSON.stringify(tail)} is refused, and the peer hears nothing`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    const reply = await call(url, { path: `/api/cluster/peers/a/proxy/${tail}` })
    assert.equal(reply.status, 400)
    assert.equal(peer.requests.length, 0)
  })
}

/** These look strange and lead nowhere else. */
const FINE = [
  'files/a%2Fb.txt',
  'files/100%25',
  'files/caf%C3%A9',
  'a..b/...',
  '.hidden/..x',
  'x:y@z',
  '/evil.example/x',
  'http://evil.example/x',
  '@evil.example',
  'a%20b',
  '%23%3f',
  "tilde~!$&'()*+,;=",
  ''
]
for (const tail of FINE) {
  test(`${JSON.stringify(tail)} arrives as it was sent, under /api`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    const reply = await call(url, { path: `/api/cluster/peers/a/proxy/${tail}` })
    assert.notEqual(reply.status, 400)
    assert.equal(peer.requests[0]?.url, `/api/${tail}`)
  })
}

test('a URL that names another host is refused', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const reply = await call(url, { path: 'http://evil.example/api/cluster/peers/a/proxy/health' })
  assert.equal(reply.status, 400)
  assert.equal(peer.requests.length, 0)
})

test("a request that would go on through the peer's own proxy is a loop", async (t) => {
  const { url, peer } = await proxyWorld(t)
  for (const tail of [
    'cluster/peers/b/proxy/x',
    '/cluster//peers/b/proxy/x',
    'cluster%2fpeers%2fb%2fproxy',
    'Cluster/Peers/a/Proxy'
  ]) {
    const reply = await call(url, { path: `/api/cluster/peers/a/proxy/${tail}` })
    assert.deepEqual([reply.status, reply.json.code], [508, 'loop_detected'], tail)
  }
  assert.equal(peer.requests.length, 0)
})

test('a request that came through a proxy already goes no further', async (t) => {
  const { url, peer } = await proxyWorld(t)
  await call(`${url}/health`)
  const reply = await call(`${url}/health`, {
    headers: { 'x-cluster-hop': String(peer.requests[0]?.headers['x-cluster-hop']) }
  })
  assert.equal(reply.status, 508)
  assert.equal(peer.requests.length, 1)
})
