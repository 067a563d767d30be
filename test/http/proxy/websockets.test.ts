import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { FakePeer } from '../../fake-peer.ts'
import { until } from '../../remote/world.ts'
import { proxyWorld, rawCall } from './world.ts'

/** Lets a fake peer speak WebSocket at every path. */
function speak(peer: FakePeer, options: { refuse?: string } = {}) {
  const seen: IncomingMessage[] = []
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: true, maxPayload: 64 << 20 })
  peer.server.on('upgrade', (request, socket, head) => {
    seen.push(request)
    if (options.refuse !== undefined) return socket.end(options.refuse)
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (bytes, isBinary) => ws.send(bytes, { binary: isBinary }))
      if (request.url?.endsWith('/close')) ws.close(4321, 'bye')
    })
  })
  return { seen, clients: server.clients }
}

const opened = (ws: WebSocket) =>
  new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })

/** The status with which an upgrade was refused, and the body of the refusal. */
const refused = (ws: WebSocket) =>
  new Promise<[number | undefined, string]>((resolve, reject) => {
    ws.once('open', () => reject(new Error('it opened')))
    ws.on('error', () => {})
    ws.once('unexpected-response', async (_request, answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve([answer.statusCode, text])
    })
  })

const socketUrl = (url: string) => url.replace('http:', 'ws:')

test('frames of every kind go both ways', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const { seen } = speak(peer)
  const ws = new WebSocket(`${socketUrl(url)}/logs?x=1`, ['one', 'two'])
  await opened(ws)
  assert.equal(ws.protocol, 'one')
  for (const sent of ['text', randomBytes(10), 'x'.repeat(3 << 20)]) {
    ws.send(sent)
    const [bytes, isBinary] = await new Promise<[Buffer, boolean]>((resolve) =>
      ws.once('message', (...message) => resolve(message as [Buffer, boolean]))
    )
    assert.equal(isBinary, typeof sent !== 'string')
    assert.equal(bytes.toString('hex'), Buffer.from(sent).toString('hex'))
  }
  const ponged = new Promise((resolve) => ws.once('pong', resolve))
  ws.ping()
  await ponged
  const [request] = seen
  assert.equal(request?.url, '/api/logs?x=1')
  assert.equal(request?.headers.authorization, 'Bearer key-of-a')
  assert.equal(request?.headers.cookie, undefined)
  ws.terminate()
})

test('the way in which a peer closes is the way in which the caller sees it', async (t) => {
  const { url, peer } = await proxyWorld(t)
  speak(peer)
  const ws = new WebSocket(`${socketUrl(url)}/close`)
  const [code, reason] = await new Promise<[number, Buffer]>((resolve) => ws.once('close', (...how) => resolve(how)))
  assert.deepEqual([code, String(reason)], [4321, 'bye'])
})

test('the caller who leaves ends the socket at the peer, and the other way round', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const { clients } = speak(peer)
  const one = new WebSocket(`${socketUrl(url)}/logs`)
  await opened(one)
  one.terminate()
  await until(() => clients.size === 0)
  const two = new WebSocket(`${socketUrl(url)}/logs`)
  await opened(two)
  const closed = new Promise((resolve) => two.once('close', resolve))
  for (const client of clients) client.terminate()
  await closed
})

test('forgetting a peer ends its sockets', async (t) => {
  const { url, peer, remote } = await proxyWorld(t)
  speak(peer)
  const ws = new WebSocket(`${socketUrl(url)}/logs`)
  await opened(ws)
  const closed = new Promise((resolve) => ws.once('close', resolve))
  remote.forget('a')
  await closed
})

test('the app closes while sockets are open', async (t) => {
  const { url, peer, app } = await proxyWorld(t)
  speak(peer)
  const ws = new WebSocket(`${socketUrl(url)}/logs`)
  await opened(ws)
  ws.on('error', () => {})
  await app.close()
})

const REFUSALS: [string, string, number, string][] = [
  [
    'refuses our key',
    'HTTP/1.1 401 Unauthorized\r\ncontent-length: 36\r\n\r\n{"error":"Invalid or expired token"}',
    502,
    'peer_rejected'
  ],
  ['stands behind a sign-in', 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n', 502, 'peer_unreachable'],
  ['does not let us', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n', 403, 'permission_denied'],
  ['has nothing there', 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', 502, 'upgrade_refused'],
  ['answers as if nothing was asked', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', 502, 'upgrade_refused'],
  ['hangs up', '', 502, 'peer_unreachable'],
  [
    'does not know what a WebSocket is',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
    502,
    'peer_unreachable'
  ]
]
for (const [what, refuse, status, code] of REFUSALS) {
  test(`where the peer ${what}, the caller gets ${status} and no 101`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    speak(peer, { refuse })
    const [got, text] = await refused(new WebSocket(`${socketUrl(url)}/logs`))
    assert.deepEqual([got, JSON.parse(text).code], [status, code])
    await until(() => peer.sockets.size === 0)
  })
}

test('a peer that does not answer at all is a 504', async (t) => {
  const { url, peer } = await proxyWorld(t, { deadlines: { proxiedReadMs: 50, proxiedWriteMs: 600_000 } })
  peer.server.on('upgrade', () => {})
  const [status] = await refused(new WebSocket(`${socketUrl(url)}/logs`))
  assert.equal(status, 504)
})

test('a peer where nothing listens is a 502', async (t) => {
  const { url, peer } = await proxyWorld(t)
  await peer.close()
  const [status] = await refused(new WebSocket(`${socketUrl(url)}/logs`))
  assert.equal(status, 502)
})

test('a page of another origin opens no socket, unless it is allowed to', async (t) => {
  const { url, peer } = await proxyWorld(t, { openers: ['https://console.example'] })
  const { seen } = speak(peer)
  const [status, text] = await refused(new WebSocket(`${socketUrl(url)}/logs`, { origin: 'https://evil.example' }))
  assert.deepEqual([status, JSON.parse(text).code], [403, 'foreign_origin'])
  assert.equal(seen.length, 0)
  for (const origin of ['https://console.example', new URL(url).origin]) {
    const ws = new WebSocket(`${socketUrl(url)}/logs`, { origin })
    await opened(ws)
    ws.terminate()
  }
})

test('a path that leads elsewhere opens no socket', async (t) => {
  const { port, peer } = await proxyWorld(t)
  const { seen } = speak(peer)
  const key = randomBytes(16).toString('base64')
  const upgrade = `connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n`
  for (const tail of ['../x', '..%2fx', '%252e%252e/x', 'cluster/peers/b/proxy/x']) {
    const answer = await rawCall(port, `GET /api/cluster/peers/a/proxy/${tail} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`)
    assert.match(answer, /^HTTP\/1\.1 (400|508) /, tail)
  }
  assert.equal(seen.length, 0)
})

test('a change to any other protocol is refused', async (t) => {
  const { port, peer } = await proxyWorld(t)
  const answer = await rawCall(
    port,
    'GET /api/cluster/peers/a/proxy/x HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'
  )
  assert.match(answer, /^HTTP\/1\.1 400 /)
  assert.equal(peer.requests.length, 0)
})

test('whoever reads slowly slows the other side down', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const { clients } = speak(peer)
  const ws = new WebSocket(`${socketUrl(url)}/logs`, { perMessageDeflate: false })
  await opened(ws)
  ws.pause()
  const [other] = clients
  const chunk = randomBytes(1 << 20)
  for (let count = 0; count < 128; count++) other?.send(chunk, { compress: false })
  let before = -1
  while (before !== other?.bufferedAmount) {
    before = other?.bufferedAmount ?? 0
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(before > 64 << 20, `only ${before} bytes wait at the peer`)
  ws.terminate()
})

test('a socket that has ended gives its place back', async (t) => {
  const { url, peer } = await proxyWorld(t, { maxInFlight: 2 })
  const { clients } = speak(peer)
  for (let count = 0; count < 4; count++) {
    const ws = new WebSocket(`${socketUrl(url)}/logs`)
    await opened(ws)
    const closed = new Promise((resolve) => ws.once('close', resolve))
    for (const client of clients) client.terminate()
    await closed
    await until(() => peer.sockets.size === 0)
  }
})
