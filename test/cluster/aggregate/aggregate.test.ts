import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, deployment } from '../../fake-peer.ts'
import { until } from '../../remote/world.ts'
import { aggregateWorld } from './world.ts'

test('every member has an entry, this node too, sorted by name', async (t) => {
  const { ask } = await aggregateWorld(t, ['zeta', 'alpha'])
  const { servers, summary } = await ask()
  assert.deepEqual(Object.keys(servers), ['alpha', 'self', 'zeta'])
  assert.deepEqual(summary, { answered: 3, failed: 0, total: 3 })
  const { data, ...entry } = servers.alpha!
  assert.deepEqual(entry, { name: 'alpha', online: true, state: 'online', age_ms: 0 })
  assert.deepEqual(data, [deployment('web'), deployment('db')])
  assert.deepEqual(servers.self!.data, [deployment('own')])
})

test('a peer without any deployments may say null, as FlatRun does', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a'])
  peer('a').on('/api/deployments', answers(200, { deployments: null, path: '/srv' }))
  assert.deepEqual((await ask()).servers.a!.data, [])
})

test('a peer without an engine, or without its folder, says so in its entry, also when it is told from memory', async (t) => {
  const { ask, peer, setHealth } = await aggregateWorld(t, ['a'])
  peer('a').on(
    '/api/deployments',
    answers(200, {
      deployments: [deployment('web')],
      path: '/srv',
      error: 'cannot list /srv: no such folder',
      engine: { state: 'absent', detail: `No container engine${'.'.repeat(9_000)}` }
    })
  )
  const { incomplete } = (await ask()).servers.a!
  assert.deepEqual(incomplete?.[0], { about: 'deployments', detail: 'cannot list /srv: no such folder' })
  assert.equal(incomplete?.[1]?.state, 'absent')
  assert.ok((incomplete?.[1]?.detail.length ?? 0) <= 400)
  const { servers } = await ask('deployments', { name: 'shop' })
  assert.deepEqual([servers.a!.data, servers.a!.incomplete], [[], incomplete])
  setHealth('a', { verdict: 'offline' })
  assert.deepEqual((await ask('deployments', { stale: true })).servers.a!.incomplete, incomplete)
})

test('a peer whose engine is there, or that says nothing of it, has an entry without a word of it', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a', 'b'])
  peer('a').on('/api/deployments', answers(200, { deployments: [], path: '/srv', engine: { state: 'connected' } }))
  peer('b').on('/api/deployments', answers(200, { deployments: [], engine: 'odd', error: 7 }))
  const { servers } = await ask()
  assert.deepEqual([servers.a!.incomplete, servers.b!.incomplete], [undefined, undefined])
})

test('what a peer sent is spliced, not written again', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a'])
  const sent = '[ {"name" : "caf\\u00e9", "size": 1.0e3} ]'
  peer('a').on('/api/deployments', (_request, response) => response.end(`{"path":"/","deployments": ${sent} }`))
  assert.ok((await ask()).text.includes(`"data":${sent}}`))
})

test('a peer known as offline costs no call, and tells why it is away', async (t) => {
  const { ask, peer, setHealth } = await aggregateWorld(t, ['a'])
  const failed = {
    ok: false,
    asked: 'GET /api/health',
    at: 0,
    durationMs: 1,
    class: 'refused',
    detail: 'no route'
  } as const
  setHealth('a', { verdict: 'offline', failures: 4, evidence: [failed] })
  const { servers } = await ask()
  assert.deepEqual(servers.a, {
    name: 'a',
    online: false,
    state: 'offline',
    error: '4 probes in a row failed: connection refused',
    code: 'refused'
  })
  assert.equal(peer('a').requests.length, 0)
})

test('the last good answer of a peer that is away is given to who takes an old one', async (t) => {
  const { ask, setHealth, advance } = await aggregateWorld(t, ['a'])
  await ask()
  setHealth('a', { verdict: 'offline' })
  advance(1_234)
  const entry = (await ask('deployments', { stale: true })).servers.a!
  assert.deepEqual([entry.online, entry.stale, entry.age_ms, entry.state], [false, true, 1_234, 'offline'])
  assert.deepEqual(entry.data, [deployment('web'), deployment('db')])
  assert.equal((await ask()).servers.a!.data, undefined)
})

test('identical calls under way share one fan-out', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a'])
  const all = await Promise.all([ask(), ask(), ask(), ask('deployments', { status: 'running' })])
  assert.equal(peer('a').requests.length, 1)
  for (const { servers } of all) assert.equal(servers.a!.online, true)
  await ask()
  assert.equal(peer('a').requests.length, 2)
})

test('a caller who leaves ends what only it was waiting for', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a'])
  let closed = false
  peer('a').on('/api/deployments', (_request, response) => response.on('close', () => (closed = true)))
  const one = new AbortController()
  const two = new AbortController()
  const asked = [ask('deployments', {}, one.signal), ask('deployments', {}, two.signal)]
  await until(() => peer('a').requests.length === 1)
  one.abort()
  await assert.rejects(asked[0]!)
  await new Promise(setImmediate)
  assert.equal(closed, false)
  two.abort()
  await assert.rejects(asked[1]!)
  await until(() => closed)
})

test('only the servers that were asked for are called, whatever the case of their names', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a', 'b'])
  const { servers } = await ask('deployments', { servers: ['A', 'nobody'] })
  assert.deepEqual(Object.keys(servers), ['a', 'nobody'])
  assert.deepEqual([servers.a!.online, servers.nobody!.online], [true, false])
  assert.equal(peer('b').requests.length, 0)
})

test('only deployments of the status that was asked for are given', async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a'])
  peer('a').deployments = [deployment('up'), deployment('down', 'stopped')]
  assert.deepEqual((await ask('deployments', { status: 'stopped' })).servers.a!.data, [deployment('down', 'stopped')])
})

test("stats are the peer's own, or what its health says where it has none", async (t) => {
  const { ask, peer } = await aggregateWorld(t, ['a', 'b'])
  peer('b').on('/api/stats', answers(404, { error: 'not found' }))
  const { servers } = await ask('stats')
  assert.ok('system' in (servers.a!.data as object))
  assert.equal((servers.b!.data as { agent: string }).agent, 'flatrun')
})

test('a good answer of a peer in doubt is a sign of life', async (t) => {
  const { ask, setHealth, signs } = await aggregateWorld(t, ['a', 'b'])
  setHealth('b', { verdict: 'suspect' })
  const { servers } = await ask()
  assert.deepEqual([servers.b!.online, servers.b!.state], [true, 'suspect'])
  assert.deepEqual(signs, ['life b'])
})

test("this node's own fault is its own entry", async (t) => {
  const empty = async () => ({})
  const local = { deployments: () => Promise.reject(new Error('/srv is gone')), stats: empty, capacity: empty }
  const { servers } = await (await aggregateWorld(t, ['a'], { local })).ask()
  assert.deepEqual([servers.self!.online, servers.self!.code, servers.a!.online], [false, 'internal', true])
  assert.ok(!servers.self!.error!.includes('/srv'))
})
