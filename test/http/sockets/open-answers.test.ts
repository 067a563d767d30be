import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import type { Caller } from '../../../src/cluster/access/caller.ts'
import { createCallers } from '../../../src/cluster/access/callers.ts'
import { createOpenAnswers } from '../../../src/http/sockets/open-answers.ts'
import { acceptUpgrades } from '../../../src/http/sockets/upgrades.ts'
import { handOver, whenOver } from '../../../src/http/sockets/when-over.ts'
import { type Grant, permissionsOf } from '../../../src/schemas/grant.ts'
import { createSessions } from '../../../src/security/session.ts'
import { authorized, OPERATOR_KEY, READER_KEY, startNode, until } from '../../daemon.ts'

const peerWith = (...grants: Grant[]): Caller => ({
  ...{ kind: 'peer', id: 'b', name: 'b', keyDigest: 'digest', outdated: false, grants },
  permissions: permissionsOf(grants)
})
const reading = (...deployments: string[]): Grant => ({ capability: 'deployments.read', deployments })
const ALL: Grant = { capability: 'deployments.read' }
const RUN: Grant = { capability: 'deployments.run', deployments: ['shop'] }

/** An answer that never ends, to a caller whose key opens something else from then on. */
async function streamOf(t: TestContext, then: Caller, now: Caller | undefined) {
  const openAnswers = createOpenAnswers({ current: () => now })
  const app = Fastify({ forceCloseConnections: true })
  app.get('/', (request, reply) => {
    openAnswers.note(then, request, reply)
    reply.raw.write('x')
    reply.hijack()
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(async () => {
    openAnswers.close()
    await app.close()
  })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const body = (await fetch(`http://127.0.0.1:${port}/`)).body?.getReader()
  await body?.read()
  openAnswers.review()
  return { openAnswers, body }
}

for (const [what, then, now] of [
  ['the key is gone', peerWith(ALL), undefined],
  ['a capability was taken', peerWith(ALL, RUN), peerWith(ALL)],
  ['a grant names deployments now', peerWith(ALL), peerWith(reading('shop'))],
  ['a grant names another deployment now', peerWith(reading('shop', 'blog')), peerWith(reading('shop'))]
] as const) {
  test(`a stream ends when ${what}`, async (t) => {
    const { openAnswers, body } = await streamOf(t, then, now)
    await assert.rejects(async () => body?.read())
    assert.equal(openAnswers.count(), 0)
  })
}

test('a connection that was handed over ends with the key that opened it', async (t) => {
  let now: Caller | undefined = peerWith(ALL)
  const openAnswers = createOpenAnswers({ current: () => now })
  const app = Fastify()
  acceptUpgrades(app)
  let over = 0
  app.get('/', (request, reply) => {
    openAnswers.note(peerWith(ALL), request, reply)
    whenOver(request, reply, () => over++)
    reply.hijack()
    handOver(request.raw.socket)
    request.raw.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const asked = http.get(url, { headers: { connection: 'upgrade', upgrade: 'x' } })
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket]
  t.after(async () => {
    socket.destroy()
    openAnswers.close()
    await app.close()
  })
  openAnswers.review()
  assert.deepEqual([over, openAnswers.count(), socket.destroyed], [1, 1, false])
  now = undefined
  openAnswers.review()
  await once(socket.resume(), 'close')
  assert.deepEqual([over, openAnswers.count()], [1, 0])
})

for (const [what, then, now] of [
  ['nothing has changed', peerWith(ALL, RUN), peerWith(ALL, RUN)],
  ['more is granted', peerWith(reading('shop')), peerWith(reading('blog', 'shop'))],
  ['a grant names no deployments any more', peerWith(reading('shop')), peerWith(ALL)]
] as const) {
  test(`a stream stays when ${what}`, async (t) => {
    const { openAnswers } = await streamOf(t, then, now)
    assert.equal(openAnswers.count(), 1)
  })
}

test('a stream of events ends with the key of its reader, by a reload, and no other does', async (t) => {
  const node = await startNode(t)
  const follow = async (key: string) => {
    const { body } = await fetch(`${node.url}/api/cluster/events`, { headers: authorized(key) })
    const reader = body?.getReader()
    await reader?.read()
    return reader
  }
  const [mine, readers] = [await follow(OPERATOR_KEY), await follow(READER_KEY)]
  node.daemon.replaceOperatorKeys([{ key: OPERATOR_KEY, name: 'operator', scopes: ['read', 'write'] }])
  await assert.rejects(async () => {
    while (!(await readers?.read())?.done);
  })
  node.daemon.events.publish({ type: 'node.stalled' })
  assert.match(new TextDecoder().decode((await mine?.read())?.value), /node\.stalled/)
})

test('one reader of events cannot take the places of others', async (t) => {
  const node = await startNode(t)
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const follow = (key: string) =>
    fetch(`${node.url}/api/cluster/events`, { headers: authorized(key), signal: leaving.signal })
  const other = (await follow(OPERATOR_KEY)).body?.getReader()
  await other?.read()
  const first = (await follow(READER_KEY)).body?.getReader()
  for (let count = 0; count < 32; count++) await follow(READER_KEY)
  await assert.rejects(async () => {
    while (!(await first?.read())?.done);
  })
  node.daemon.events.publish({ type: 'node.stalled' })
  assert.match(new TextDecoder().decode((await other?.read())?.value), /node\.stalled/)
})

test('a session is over when its time is, and names one key whole', async () => {
  let now = Date.now()
  const sessions = createSessions(['a-secret-of-thirty-two-characters!'])
  const callers = createCallers({
    operatorKeys: [{ key: OPERATOR_KEY, name: 'operator', scopes: ['read', 'write'] }],
    sessions,
    members: { byKeyDigest: () => undefined } as never,
    isRevoked: () => false,
    signed: () => assert.fail('nothing is signed'),
    ended: { has: () => false, end: async () => {} },
    onMember: () => {},
    now: () => now
  })
  for (const key of ['', 'a', '0'.repeat(31)])
    assert.equal(await callers.identify(await sessions.issue('x', key)), undefined)
  const login = await callers.login(OPERATOR_KEY)
  const caller = (await callers.identify(login?.token ?? '')) as Caller
  assert.ok(caller.kind === 'operator' && caller.until !== undefined)
  assert.ok(callers.current(caller))
  now = caller.until
  assert.equal(callers.current(caller), undefined)
})

test('a reader who asks for many tickets pushes out none of an admin', async (t) => {
  const node = await startNode(t)
  const ticket = async (key: string) =>
    (await node.call('POST', '/api/auth/ticket', undefined, authorized(key))).body.ticket
  const admins = await ticket(OPERATOR_KEY)
  const own = await ticket(READER_KEY)
  for (let count = 0; count < 100; count++) await ticket(READER_KEY)
  assert.equal((await node.call('POST', '/api/auth/login', { ticket: own })).status, 401)
  assert.equal((await node.call('POST', '/api/auth/login', { ticket: admins })).status, 200)
})

test('an answer whose reader has left is noted no more', async (t) => {
  const { openAnswers, body } = await streamOf(t, peerWith(ALL), peerWith(ALL))
  await body?.cancel()
  await until(() => openAnswers.count() === 0, 'an end')
})
