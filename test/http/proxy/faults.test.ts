import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import type { Verdict } from '../../../src/schemas/health.ts'
import { answers, type Behaviour, misbehave, signIn } from '../../fake-peer.ts'
import { until } from '../../remote/world.ts'
import { REVERSED } from '../../reversed.ts'
import { call, proxyWorld } from './world.ts'

function refusesForEver(...[, response]: Parameters<Behaviour>) {
  response.writeHead(401, { 'content-type': 'application/json' }).write(`{"error":"${'x'.repeat(20_000)}`)
}

const FAULTS: [string, Behaviour, number, string][] = [
  ['resets the connection', misbehave.reset, 502, 'peer_unreachable'],
  ['closes the connection', misbehave.close, 502, 'peer_unreachable'],
  ['answers with what is not HTTP', misbehave.garbage, 502, 'peer_unreachable'],
  ['refuses our key', answers(401, { error: 'Invalid or expired token' }), 502, 'peer_rejected'],
  ['stands behind a sign-in', signIn(401), 502, 'peer_unreachable'],
  ['refuses without an end', refusesForEver, 502, 'peer_unreachable']
]
for (const [what, behaviour, status, code] of FAULTS) {
  test(`a peer that ${what} is a ${status} that names no address`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    peer.on('/api/things', behaviour)
    const reply = await call(`${url}/things`)
    assert.deepEqual([reply.status, reply.json.code], [status, code])
    assert.ok(!/127\.0\.0\.1|ECONN|key-of/.test(reply.text), reply.text)
  })
}

test('what a peer does not let us do is its own 403, with its reason', async (t) => {
  const { url, peer, signs } = await proxyWorld(t)
  const body = { error: 'Permission denied: deployments:write required' }
  peer.on('/api/things', answers(403, body))
  const reply = await call(`${url}/things`, { method: 'POST' })
  assert.deepEqual([reply.status, reply.json, signs], [403, body, []])
})

test('a refused key is told at once, also by an answer without a text; a sign-in in front of the peer is not', async (t) => {
  const { url, peer, signs } = await proxyWorld(t)
  peer.on('/api/things', answers(401, { error: 'Invalid or expired token' }))
  await call(`${url}/things`)
  assert.deepEqual(signs, ['a key_refused'])
  assert.equal((await call(`${url}/things`, { method: 'HEAD' })).status, 502)
  assert.deepEqual(signs, ['a key_refused', 'a key_refused'])
  peer.on('/api/things', signIn(401))
  await call(`${url}/things`)
  assert.equal(signs.length, 2)
})

test('a peer that takes too long to begin is a 504', async (t) => {
  const { url, peer } = await proxyWorld(t, { deadlines: { proxiedReadMs: 50, proxiedWriteMs: 600_000 } })
  peer.on('/api/things', misbehave.hang)
  const reply = await call(`${url}/things`)
  assert.deepEqual([reply.status, reply.json.code], [504, 'peer_timeout'])
})

test('informational answers without end do not keep a caller waiting without end', async (t) => {
  const { url, peer } = await proxyWorld(t, { deadlines: { proxiedReadMs: 200, proxiedWriteMs: 200 } })
  peer.on('/api/things', misbehave.processing)
  for (const method of ['GET', 'DELETE']) {
    const reply = await call(`${url}/things`, { method })
    assert.deepEqual([reply.status, reply.json.code], [504, 'peer_timeout'], method)
  }
  await until(() => peer.sockets.size === 0)
})

test('informational answers do not end an upload that is under way', async (t) => {
  const { url, peer } = await proxyWorld(t, { deadlines: { proxiedReadMs: 1_000, proxiedWriteMs: 1_000 } })
  peer.on('/api/things', async (request, response) => {
    response.writeProcessing()
    let text = ''
    for await (const chunk of request) text += chunk
    response.end(text)
  })
  const { hostname, port, pathname } = new URL(`${url}/things`)
  const upload = http.request({ hostname, port, path: pathname, method: 'POST', agent: false })
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    upload.once('response', resolve).once('error', reject)
  })
  // Longer than the deadline in all, with pauses far below it.
  for (let part = 0; part < 10; part++) {
    upload.write('part ')
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  upload.end()
  let text = ''
  for await (const chunk of await answered) text += chunk
  assert.equal(text, 'part '.repeat(10))
})

for (const [method, slow] of [
  ['GET', 'proxiedReadMs'],
  ['HEAD', 'proxiedReadMs'],
  ['POST', 'proxiedWriteMs'],
  ['OPTIONS', 'proxiedWriteMs']
] as const) {
  test(`what ends a ${method} is ${slow}, and not the other one`, async (t) => {
    const never = { proxiedReadMs: 600_000, proxiedWriteMs: 600_000 }
    const { url, peer } = await proxyWorld(t, { deadlines: { ...never, [slow]: 50 } })
    peer.on('/api/things', misbehave.hang)
    assert.equal((await call(`${url}/things`, { method })).status, 504)
  })
}

test('a peer where nothing listens is a 502, and worth a look at once', async (t) => {
  const { url, peer, signs } = await proxyWorld(t)
  await peer.close()
  const reply = await call(`${url}/things`)
  assert.deepEqual(
    [reply.status, reply.json.code, signs],
    [502, 'peer_unreachable', [REVERSED ? 'a unlinked' : 'a refused']]
  )
})

test('an answer that breaks off never looks whole', async (t) => {
  const { url, peer } = await proxyWorld(t)
  for (const headers of [{ 'content-length': '1000' }, {}]) {
    peer.on('/api/things', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', ...headers })
      response.write('half')
      setImmediate(() => response.destroy())
    })
    await assert.rejects(call(`${url}/things`))
  }
})

const AWAY: [Verdict, number, string][] = [
  ['offline', 503, 'peer_offline'],
  ['incompatible', 503, 'peer_offline'],
  ['removed', 503, 'peer_offline'],
  ['quarantined', 503, 'peer_offline'],
  ['rejected', 502, 'peer_rejected'],
  ['pending', 409, 'peer_pending']
]
for (const [verdict, status, code] of AWAY) {
  test(`a peer that is ${verdict} is not asked: ${status}`, async (t) => {
    const { url, peer } = await proxyWorld(t, { verdict })
    const reply = await call(`${url}/things`)
    assert.deepEqual([reply.status, reply.json.code], [status, code])
    assert.equal(reply.headers['retry-after'], status === 503 ? '13' : undefined)
    assert.equal(peer.requests.length, 0)
  })
}

for (const verdict of ['unknown', 'suspect'] as const) {
  test(`a peer that is ${verdict} is asked`, async (t) => {
    const { url } = await proxyWorld(t, { verdict })
    assert.equal((await call(`${url}/health`)).status, 200)
  })
}

test('a GET on a kept connection that had died is asked once more; a POST is not', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const dieOnce: Behaviour = (request) => {
    peer.on('/api/things', answers(200, {}))
    request.socket.resetAndDestroy()
  }
  for (const [method, status] of [
    ['GET', 200],
    ['POST', 502]
  ] as const) {
    await call(`${url}/health`)
    // The connection is free again one turn later.
    await new Promise(setImmediate)
    peer.on('/api/things', dieOnce)
    assert.equal((await call(`${url}/things`, { method })).status, status, method)
  }
})

test('a slow peer fills its own places, and hurts no other', async (t) => {
  const { url, peer, peers } = await proxyWorld(t, { peers: ['a', 'b'], maxInFlight: 3 })
  peer.on('/api/things', misbehave.hang)
  const waiting = [1, 2, 3].map(() => http.get(`${url}/things`, { agent: false }).on('error', () => {}))
  await until(() => peer.requests.length === 3)
  const busy = await call(`${url}/health`)
  assert.deepEqual([busy.status, busy.json.code, busy.headers['retry-after']], [503, 'peer_busy', '1'])
  assert.equal((await call(`${url.replace('/a/', '/b/')}/health`)).status, 200)
  assert.equal(peers.get('b')?.requests.length, 1)
  waiting[0]?.destroy()
  await until(() => peer.sockets.size === 2)
  assert.equal((await call(`${url}/health`)).status, 200)
  for (const each of waiting) each.destroy()
})
