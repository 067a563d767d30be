import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { until } from '../../remote/world.ts'
import { proxyWorld, rawCall } from './world.ts'

const HIDDEN = 'GET /api/cluster/peers/a/proxy/hidden HTTP/1.1\r\nhost: x\r\n\r\n'
const LINE = 'POST /api/cluster/peers/a/proxy/seen HTTP/1.1\r\nhost: x\r\n'
const CHUNKED = 'transfer-encoding: chunked\r\n'

/** Each means one thing to one reader and two things to another. Whoever forwards it lets a second request through. */
const AMBIGUOUS: [string, string][] = [
  ['a length and chunks', `${LINE}content-length: 4\r\n${CHUNKED}\r\n0\r\n\r\n${HIDDEN}`],
  ['two lengths', `${LINE}content-length: 0\r\ncontent-length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a list of lengths', `${LINE}content-length: 4, 4\r\n\r\nabcd${HIDDEN}`],
  ['a length with a sign', `${LINE}content-length: +4\r\n\r\nabcd${HIDDEN}`],
  ['a length with a space in it', `${LINE}content-length: 1 0\r\n\r\nabcd${HIDDEN}`],
  ['an unknown encoding', `${LINE}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunks that are not last', `${LINE}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a header name with a space', `${LINE}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a folded header', `${LINE}x: y\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a chunk length that is none', `${LINE}${CHUNKED}\r\nzz\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a chunk length that overflows', `${LINE}${CHUNKED}\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n${HIDDEN}`],
  ['a chunk without its end', `${LINE}${CHUNKED}\r\n3\r\nabcX\r\n0\r\n\r\n${HIDDEN}`],
  ['a bare line feed', `${LINE}${CHUNKED.replace('\r', '')}\r\n0\r\n\r\n${HIDDEN}`],
  ['a zero byte in a header', `${LINE}x: a\0b\r\ncontent-length: 0\r\n\r\n${HIDDEN}`]
]

for (const [what, bytes] of AMBIGUOUS) {
  test(`${what}: the request is refused, and nothing after it is read`, async (t) => {
    const { port, peer } = await proxyWorld(t)
    const answer = await rawCall(port, bytes)
    assert.match(answer, /HTTP\/1\.1 400 /)
    assert.ok(!peer.requests.some(({ url }) => url.includes('hidden')))
  })
}

test('what follows a whole request on its connection is a request of its own', async (t) => {
  const { port, peer } = await proxyWorld(t)
  const answer = await rawCall(port, `${LINE}content-length: 4\r\n\r\nabcd${HIDDEN}`)
  assert.equal(answer.match(/HTTP\/1\.1 404/g)?.length, 2)
  assert.deepEqual(
    peer.requests.map(({ method, url, body }) => [method, url, body]),
    [
      ['POST', '/api/seen', 'abcd'],
      ['GET', '/api/hidden', '']
    ]
  )
})

test('the body of a GET is never a request at the peer', async (t) => {
  const { port, peer } = await proxyWorld(t)
  const inner = 'GET /api/hidden HTTP/1.1\r\nhost: x\r\n\r\n'
  await rawCall(
    port,
    `GET /api/cluster/peers/a/proxy/seen HTTP/1.1\r\nhost: x\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`
  )
  assert.deepEqual(
    peer.requests.map(({ url, headers }) => [url, headers['content-length']]),
    [['/api/seen', undefined]]
  )
})

test('what a peer sends after its answer is never the answer to another request', async (t) => {
  const { port, peer } = await proxyWorld(t)
  const spare = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged'
  peer.on('/api/seen', (request) => {
    request.socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok${spare}`)
  })
  const line = (path: string) => `GET /api/cluster/peers/a/proxy/${path} HTTP/1.1\r\nhost: x\r\n\r\n`
  assert.match(await rawCall(port, line('seen')), /\r\n\r\nok$/)
  const next = await rawCall(port, line('health'))
  assert.ok(next.includes('healthy') && !next.includes('forged'), next)
})

test('a body that stays shorter than it was announced ends at the peer, unfinished', async (t) => {
  const { port, peer } = await proxyWorld(t)
  let whole: boolean | undefined
  peer.on('/api/seen', (request) => {
    request.resume()
    request.on('close', () => {
      whole = request.complete
    })
  })
  const socket = net.connect(port, '127.0.0.1', () => socket.write(`${LINE}content-length: 100\r\n\r\nabc`))
  await until(() => peer.requests.length === 1)
  socket.destroy()
  await until(() => whole !== undefined)
  assert.equal(whole, false)
})
