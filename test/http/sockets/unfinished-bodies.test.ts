import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import type { Caller } from '../../../src/cluster/access/caller.ts'
import { type BodyLimits, limitBodies } from '../../../src/http/sockets/unfinished-bodies.ts'
import { startNode, until } from '../../daemon.ts'

const NOBODY: Caller = { kind: 'nobody' }
const KNOWN: Caller = { kind: 'operator', name: 'admin', permissions: new Set(), canWrite: true, keyDigest: '' }

/** A server that knows a caller by one header, and lets strangers into one route only. */
async function world(t: TestContext, limits: BodyLimits = { strangerMs: 20 }) {
  const app = Fastify()
  const accepted: Socket[] = []
  app.server.on('connection', (socket) => accepted.push(socket))
  t.after(() => app.close())
  limitBodies(
    app,
    () =>
      app.addHook('onRequest', async (request, reply) => {
        Object.defineProperty(request, 'caller', { value: request.headers.key ? KNOWN : NOBODY })
        if (!request.headers.key && request.url !== '/open') return reply.code(401).send({})
      }),
    limits
  )
  for (const path of ['/open', '/closed']) app.post(path, async ({ body }) => body)
  await app.listen()
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  /** Sends the head of a request, and half of its body. */
  const begin = (path: string, more = '') => {
    const socket = connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}Content-Type: application/json\r\nContent-Length: 4\r\n\r\n"a`
    )
    return socket
  }
  return { begin, accepted }
}

test('a stranger who does not finish the body loses the connection, let in or not', async (t) => {
  const { begin } = await world(t)
  await Promise.all(['/open', '/closed'].map((path) => once(begin(path).resume(), 'close')))
})

test('a caller with a key may take long over a body', async (t) => {
  const { begin } = await world(t)
  const known = begin('/closed', 'Key: x\r\n')
  // By the time that a stranger who came later is turned away, its own time is long over.
  await once(begin('/open').resume(), 'close')
  await once(begin('/open').resume(), 'close')
  known.write('b"')
  assert.match(String((await once(known, 'data'))[0]), /^HTTP\/1\.1 200 /)
})

test('a caller with a key whose body stands still loses the connection', async (t) => {
  const { begin } = await world(t, { stalledMs: 20 })
  await once(begin('/closed', 'Key: x\r\n').resume(), 'close')
})

test('an upload that goes on is not ended, however long it takes', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { begin, accepted } = await world(t, { stalledMs: 1_000 })
  const known = begin('/closed', 'Key: x\r\n')
  const [server] = await until(() => accepted.length > 0 && accepted)
  for (const byte of ['b', '"']) {
    const before = await until(() => server?.bytesRead)
    known.write(byte)
    await until(() => (server?.bytesRead ?? 0) > before)
    t.mock.timers.tick(1_000)
    assert.equal(server?.destroyed, false)
  }
  assert.match(String((await once(known, 'data'))[0]), /^HTTP\/1\.1 200 /)
})

test('a daemon gives no request a time by the clock', async (t) => {
  const { daemon } = await startNode(t)
  assert.equal(daemon.app.server.requestTimeout, 0)
})
