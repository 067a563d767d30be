import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RemoteFailure } from '../../src/remote/failure.ts'
import { answers, misbehave } from '../fake-peer.ts'
import { targetOf, until, world } from './world.ts'

const ASK = { path: '/api/deployments?x=1', deadlineMs: 5_000, maxBytes: 1 << 20 }

test('a request carries our key and asks for an answer without encoding', async (t) => {
  const { peer, remote, target } = await world(t)
  const answer = await remote.request(target, ASK)
  assert.equal(answer.status, 200)
  assert.equal(JSON.parse(answer.text).deployments.length, 2)
  const [seen] = peer.requests
  assert.equal(seen?.headers.authorization, 'Bearer key-of-peer')
  assert.equal(seen?.headers['accept-encoding'], 'identity')
})

test("the path of the peer's URL stands before the path that is asked", async (t) => {
  const { peer, remote } = await world(t)
  peer.on('/agent/api/deployments', answers(200, {}))
  await remote.request(targetOf(peer, { url: `${peer.url}/agent` }), ASK)
  assert.equal(peer.requests[0]?.url, '/agent/api/deployments?x=1')
})

test('an exchange carries no key', async (t) => {
  const { peer, remote } = await world(t)
  const body = { invite_token: peer.invite(), url: 'http://x', api_key: 'k', name: 'me' }
  const answer = await remote.exchange(`${peer.url}/`, { ...ASK, method: 'POST', path: '/api/cluster/exchange', body })
  assert.equal(answer.status, 200)
  assert.equal(peer.requests[0]?.headers.authorization, undefined)
  assert.deepEqual(JSON.parse(peer.requests[0]?.body ?? ''), body)
})

test('a GET is asked once more when the kept connection had died', async (t) => {
  const { peer, remote, target } = await world(t, { watchConnections: 1 })
  await remote.request(target, ASK)
  peer.on('/api/deployments', (request, response) => {
    peer.on('/api/deployments')
    misbehave.reset(request)
    response.destroy()
  })
  assert.equal((await remote.request(target, ASK)).status, 200)
  assert.equal(peer.requests.length, 3)
})

test('a POST is never asked again', async (t) => {
  const { peer, remote, target } = await world(t, { watchConnections: 1 })
  await remote.request(target, ASK)
  peer.on('/api/deployments', misbehave.reset)
  await assert.rejects(remote.request(target, { ...ASK, method: 'POST', body: {} }), { class: 'reset' })
  assert.equal(peer.requests.length, 2)
})

test('a GET on a new connection is never asked again', async (t) => {
  const { peer, remote, target } = await world(t)
  peer.on('/api/deployments', misbehave.reset)
  await assert.rejects(remote.request(target, ASK), { class: 'reset' })
  assert.equal(peer.requests.length, 1)
})

test('a literal address that may not be dialled is refused before a connection is opened', async (t) => {
  const { peer, remote, target } = await world(t, { lookupGuard: () => false })
  await assert.rejects(remote.request(target, ASK), { class: 'address' })
  await assert.rejects(remote.exchange(peer.url, ASK), { class: 'address' })
  assert.equal(peer.sockets.size, 0)
})

test('a name that resolves to an address that may not be dialled is refused', async (t) => {
  const asked: string[] = []
  const { peer, remote } = await world(t, { lookupGuard: (ip) => asked.push(ip) < 0 })
  const url = peer.url.replace('127.0.0.1', 'localhost')
  await assert.rejects(remote.request(targetOf(peer, { url }), ASK), { class: 'address' })
  assert.ok(asked.includes('127.0.0.1') || asked.includes('::1'))
  assert.equal(peer.sockets.size, 0)
})

test('a peer known by its certificate is never asked in plain', async (t) => {
  const { peer, remote } = await world(t)
  for (const transport of ['tls', 'pinned'] as const) {
    await assert.rejects(remote.request(targetOf(peer, { transport }), ASK), { class: 'tls' })
  }
  assert.equal(peer.requests.length, 0)
})

test('a request that is signed carries no key', async (t) => {
  const { peer, remote } = await world(t, { sign: (_target, { method, path }) => ({ signature: `${method} ${path}` }) })
  await remote.request(targetOf(peer, { transport: 'signed' }), ASK)
  assert.equal(peer.requests[0]?.headers.authorization, undefined)
  assert.equal(peer.requests[0]?.headers.signature, 'GET /api/deployments?x=1')
})

test('without a key nothing is sent', async (t) => {
  const { peer, remote, target } = await world(t, { credentialOf: () => undefined })
  await assert.rejects(remote.request(target, ASK), RemoteFailure)
  assert.equal(peer.requests.length, 0)
})

test('a kept connection that the peer ends is told at once', async (t) => {
  const closed: string[] = []
  const { peer, remote, target } = await world(t, { onConnectionClosed: (id) => closed.push(id) })
  await remote.request(target, ASK)
  for (const socket of peer.sockets) socket.destroy()
  await until(() => closed.length > 0)
  assert.deepEqual(closed, [target.id])
})

test('a connection that ends as announced is no sign of death', async (t) => {
  const closed: string[] = []
  const { peer, remote, target } = await world(t, { onConnectionClosed: (id) => closed.push(id) })
  peer.on('/api/deployments', (_request, response) => {
    response.setHeader('connection', 'close')
    response.end('{}')
  })
  await remote.request(target, ASK)
  await until(() => peer.sockets.size === 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(closed, [])
})

test('forgetting a peer ends its connections, quietly', async (t) => {
  const closed: string[] = []
  const { peer, remote, target } = await world(t, { onConnectionClosed: (id) => closed.push(id) })
  await remote.request(target, ASK)
  assert.equal(peer.sockets.size, 1)
  remote.forget(target.id)
  await until(() => peer.sockets.size === 0)
  assert.deepEqual(closed, [])
})
