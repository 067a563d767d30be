import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createProbe } from '../../src/remote/probe.ts'
import type { PeerSpec } from '../../src/schemas/health.ts'
import { answers, type Behaviour, misbehave, signIn } from '../fake-peer.ts'
import { world } from './world.ts'

async function probing(t: TestContext, features: string[] = []) {
  const made = await world(t)
  const probe = createProbe({ remote: made.remote, targetOf: () => made.target, timeoutMs: 5_000 })
  const spec: PeerSpec = { id: 'fake', name: 'fake', url: made.peer.url, pending: false, removed: false, features }
  return { ...made, probe: (keyInDoubt = false) => probe(spec, AbortSignal.timeout(10_000), keyInDoubt) }
}

test('a healthy peer is probed with its key, and says its version', async (t) => {
  const { peer, probe } = await probing(t)
  const answer = await probe()
  assert.ok(answer.ok)
  assert.equal(answer.version, '0.4.0')
  assert.equal(peer.requests[0]?.headers.authorization, 'Bearer key-of-peer')
})

test('the first and each tenth probe checks the key as well', async (t) => {
  const { peer, probe } = await probing(t)
  for (let round = 0; round < 11; round++) assert.ok((await probe()).ok)
  const checks = peer.requests.flatMap(({ url }, at) => (url === '/api/cluster/status' ? [at] : []))
  assert.deepEqual(checks, [1, 12])
})

test('a refused key is told apart, at each probe until it is accepted', async (t) => {
  const { peer, probe } = await probing(t)
  peer.refuseKeys(true)
  for (let round = 0; round < 3; round++) {
    const answer = await probe()
    assert.ok(!answer.ok)
    assert.equal(answer.class, 'key_refused')
    assert.equal(answer.status, 401)
    assert.equal(answer.asked, 'GET /api/cluster/status')
  }
  peer.refuseKeys(false)
  assert.ok((await probe()).ok)
})

test('a policy that does not let us read is no refusal of our key: it knows whose key it is', async (t) => {
  const { peer, probe } = await probing(t)
  peer.on('/api/cluster/status', answers(403, { error: 'Permission denied: cluster:read required' }))
  const answer = await probe()
  assert.ok(answer.ok && answer.keyAccepted)
})

test('how far the clock of a peer is ahead comes from its answer, whatever it says', async (t) => {
  const { peer, probe } = await probing(t)
  const dated =
    (status: number, body: object): Behaviour =>
    (_request, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', date: new Date(Date.now() + 45_000).toUTCString() })
        .end(JSON.stringify(body))
  const apart = async () => Math.round(((await probe()).clockOffsetMs ?? 0) / 1_000)
  peer.on('/api/health', dated(200, { status: 'healthy' }))
  assert.ok(Math.abs((await apart()) - 45) <= 2)
  peer.on('/api/health', dated(503, {}))
  assert.ok(Math.abs((await apart()) - 45) <= 2)
  const time = new Date(Date.now() - 300_000).toISOString()
  peer.on('/api/health', dated(200, { status: 'healthy', time }))
  assert.ok(Math.abs((await apart()) + 300) <= 2, 'its own word counts more than a date, which may be of a proxy')
})

test('an agent that refuses us for our clock refuses no key, and says how far the clocks are apart', async (t) => {
  const { peer, probe } = await probing(t)
  const error = 'The clocks of the two servers differ by 600 s; set both by NTP'
  peer.on('/api/health', answers(401, { error, code: 'clock_skew' }))
  const answer = await probe()
  assert.ok(!answer.ok)
  assert.deepEqual([answer.class, answer.clockOffsetMs], ['clock_skew', 600_000])
  assert.equal(answer.detail, 'the clocks differ by 600 s; set both by NTP')
})

for (const path of ['/api/health', '/api/cluster/status']) {
  for (const status of [401, 403]) {
    test(`a ${status} of a proxy in front of ${path} says nothing of our key`, async (t) => {
      const { peer, probe } = await probing(t)
      peer.on(path, signIn(status))
      const answer = await probe()
      assert.ok(!answer.ok)
      assert.deepEqual([answer.class, answer.status, answer.asked], ['http', status, `GET ${path}`])
    })
  }
}

test('a key that is in doubt is checked by the next probe, and by no more', async (t) => {
  const { peer, probe } = await probing(t)
  await probe()
  for (const keyInDoubt of [false, true, false]) await probe(keyInDoubt)
  const checks = peer.requests.flatMap(({ url }, at) => (url === '/api/cluster/status' ? [at] : []))
  assert.deepEqual(checks, [1, 4])
})

test('one of ours that names no features any more has its key checked at once', async (t) => {
  const { peer, probe } = await probing(t, ['sealed'])
  peer.on('/api/health', answers(200, { status: 'healthy', features: ['sealed'], node_id: 'n1' }))
  const first = await probe()
  assert.ok(first.ok)
  assert.deepEqual([first.features, first.nodeId], [['sealed'], 'n1'])
  peer.on('/api/health')
  peer.refuseKeys(true)
  const answer = await probe()
  assert.ok(!answer.ok && answer.class === 'key_refused')
})

const NO_AGENT: [string, Parameters<typeof answers>[1]][] = [
  ['an array', []],
  ['an object without a status', { ok: true }],
  ['null', null],
  ['text', 'healthy']
]
for (const [what, body] of NO_AGENT) {
  test(`${what} is not the answer of an agent`, async (t) => {
    const { peer, probe } = await probing(t)
    peer.on('/api/health', answers(200, body))
    const answer = await probe()
    assert.ok(!answer.ok && answer.class === 'not_agent')
  })
}

for (const kind of ['html', 'notJson', 'deep', 'proto'] as const) {
  test(`a page that does "${kind}" is not the answer of an agent`, async (t) => {
    const { peer, probe } = await probing(t)
    peer.on('/api/health', misbehave[kind])
    const answer = await probe()
    assert.ok(!answer.ok && answer.class === 'not_agent')
  })
}

test('a status other than 200 is a failure that names it', async (t) => {
  const { peer, probe } = await probing(t)
  peer.on('/api/health', answers(503, { status: 'healthy' }))
  const answer = await probe()
  assert.ok(!answer.ok)
  assert.deepEqual([answer.class, answer.status], ['http', 503])
})

test('a cancelled probe answers too', async (t) => {
  const { peer, remote, target } = await probing(t)
  peer.on('/api/health', misbehave.hang)
  const probe = createProbe({ remote, targetOf: () => target, timeoutMs: 5_000 })
  const spec: PeerSpec = { id: 'fake', name: 'fake', url: peer.url, pending: false, removed: false, features: [] }
  const answer = await probe(spec, AbortSignal.abort())
  assert.ok(!answer.ok && answer.class === 'aborted')
})
