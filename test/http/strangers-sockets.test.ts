import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import type { Limits } from '../../src/http/app.ts'
import { CONNECTION_LIMITS } from '../../src/http/sockets/limit-connections.ts'
import { authorized, OPERATOR_KEY, request, startNode, until } from '../daemon.ts'

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

/** A real agent with small limits, and ways to hold its places. */
async function world(t: TestContext, limits: Limits, { config = {}, host = '127.0.0.1' } = {}) {
  const node = await startNode(t, {
    limits,
    config: { 'api.host': host === '127.0.0.1' ? host : '0.0.0.0', ...config }
  })
  const port = Number(new URL(node.url).port)
  /** Never closes by itself, and remembers what came. */
  async function open(sent = '', from = host) {
    const socket = connect({ port, host: from, allowHalfOpen: true })
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    // This side stays open whatever the other does, so its end is what can be seen here.
    const closed = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    const held = { socket, text: '', closed }
    socket.on('data', (chunk) => {
      held.text += chunk
    })
    await once(socket, 'connect')
    socket.write(sent)
    return held
  }
  /** The next whole answer on a connection. */
  async function answered(held: { socket: Socket; text: string }, times = 1) {
    while ((held.text.match(/"request_id"|"agent"|retry: /g) ?? []).length < times) await once(held.socket, 'data')
    return Number(/^HTTP\/1\.1 (\d+)/.exec(held.text)?.[1])
  }
  return {
    node,
    port,
    open,
    answered,
    places: () => new Promise<number>((resolve) => node.daemon.app.server.getConnections((_, count) => resolve(count))),
    operator: () => request(`http://${host}:${port}/api/cluster/peers`, { headers: authorized(OPERATOR_KEY) })
  }
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`
const key = `Authorization: Bearer ${OPERATOR_KEY}\r\n`
const upgrade = (to: string) =>
  `Connection: Upgrade\r\nUpgrade: ${to}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n`
const LONG = 200_000

for (const inspector of [false, true]) {
  const unread = ['/%zz', `/api/cluster/peers/${'x'.repeat(600)}`]
  for (const path of [
    '/api/health',
    '/api/cluster/peers',
    '/api/cluster/peers/x/proxy/health',
    '/nothing/there',
    ...unread
  ]) {
    test(`a refused WebSocket at ${path.slice(0, 40)} holds no place${inspector ? ', beside the inspector too' : ''}`, async (t) => {
      const { open, places } = await world(
        t,
        { idleMs: LONG, headersMs: LONG },
        { config: { 'cluster.inspector': { enabled: inspector } } }
      )
      const held = await open(get(path, upgrade('websocket')))
      await held.closed
      assert.match(held.text, /^HTTP\/1\.1 [2345]/)
      await until(async () => (await places()) === 0)
    })
  }
}

test('a request for any other protocol is answered as if it had not asked for it', async (t) => {
  const { open, answered } = await world(t, { idleMs: 40 })
  const held = await open(get('/api/health', upgrade('foo')))
  assert.equal(await answered(held), 200)
  await held.closed
  const post = await open(
    `POST /api/auth/login HTTP/1.1\r\nHost: x\r\n${upgrade('h2c')}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`
  )
  assert.equal(await answered(post), 400)
})

test('a connection on which no whole request comes is ended', async (t) => {
  const { open } = await world(t, { headersMs: 50, idleMs: LONG })
  const silent = await open()
  const begun = await open('GET /api/health HTTP/1.1\r\nHos')
  await Promise.all([silent.closed, begun.closed])
})

test('a connection without a TLS handshake is ended', async (t) => {
  const config = { 'api.tls': { mode: 'auto' } }
  const { open } = await world(t, { handshakeMs: 50, idleMs: LONG, headersMs: LONG }, { config })
  await (await open()).closed
})

test('with TLS too, headers have their time', async (t) => {
  const { node } = await world(t, { headersMs: 50, idleMs: LONG }, { config: { 'api.tls': { mode: 'auto' } } })
  const tls = await import('node:tls')
  const socket = tls.connect({ port: Number(new URL(node.url).port), host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write('GET /api/health HTTP/1.1\r\n')
  await once(socket.resume(), 'close')
})

test('a stranger loses an idle connection, an operator keeps it', async (t) => {
  const { open, answered } = await world(t, { idleMs: 100 })
  const known = await open(get('/api/cluster/peers/none', key))
  assert.equal(await answered(known), 404)
  for (let rounds = 0; rounds < 2; rounds++) {
    const stranger = await open(get('/api/health'))
    assert.equal(await answered(stranger), 200)
    await stranger.closed
  }
  known.socket.write(get('/api/cluster/peers/none', key))
  assert.equal(await answered(known, 2), 404)
})

test('a stranger who does not read its answer loses the connection', async (t) => {
  const { open, places } = await world(t, { idleMs: 100 })
  const held = await open()
  held.socket.pause()
  // More than the buffers of both ends take in.
  held.socket.write(get('/api/openapi.json').repeat(60))
  await until(async () => (await places()) === 0)
})

test('when all places are taken the idle strangers go first, and an operator always gets in', async (t) => {
  const { open, answered, operator } = await world(t, { total: 6, idleMs: LONG, headersMs: LONG })
  const stream = await open(get('/api/cluster/events', key))
  await answered(stream)
  const idle = await open(get('/api/health'))
  await answered(idle)
  const busy = await open(
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'
  )
  const others = [await open(), await open(), await open()]
  const more = [await open()]
  await idle.closed
  for (let count = 0; count < 20; count++) more.push(await open())
  for (const { closed } of others) await closed
  assert.equal((await operator()).status, 200)
  assert.deepEqual([stream.socket.readyState, busy.socket.readyState], ['open', 'open'])
})

const outsideTest = outside === undefined ? test.skip : test
outsideTest('one address has so many places, and a key is not among those counted', async (t) => {
  const { open, answered, operator } = await world(
    t,
    { perNetwork: 3, idleMs: LONG, headersMs: LONG },
    { host: outside ?? '' }
  )
  const known = []
  for (let count = 0; count < 5; count++) {
    const held = await open(get('/api/cluster/peers/none', key))
    await answered(held)
    known.push(held)
  }
  const strangers = []
  for (let count = 0; count < 5; count++) strangers.push(await open())
  await Promise.all(strangers.slice(0, 2).map(({ closed }) => closed))
  assert.equal((await operator()).status, 200)
  const near = []
  for (let count = 0; count < 5; count++) near.push(await open('', '127.0.0.1'))
  assert.deepEqual(
    [...known, ...strangers.slice(3), ...near].map(({ socket }) => socket.readyState),
    Array(12).fill('open')
  )
})

test('no connection is ended sooner than its answers say that it is kept', async (t) => {
  const { daemon, url } = await startNode(t)
  const kept = (await fetch(`${url}/api/health`)).headers.get('keep-alive')
  const seconds = Number(/^timeout=(\d+)$/.exec(kept ?? '')?.[1])
  assert.equal(seconds * 1_000, daemon.app.server.keepAliveTimeout)
  assert.ok(CONNECTION_LIMITS.idleMs > seconds * 1_000)
})
