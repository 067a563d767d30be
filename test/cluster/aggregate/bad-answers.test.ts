import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_DEADLINES } from '../../../src/remote/deadlines.ts'
import { answers, deployment, misbehave, signIn } from '../../fake-peer.ts'
import { until } from '../../remote/world.ts'
import { aggregateWorld } from './world.ts'

const SHAPES: [string, unknown][] = [
  ['an object with deployments', { path: '/srv', deployments: [deployment('a')], 'x"]': ['}'] }],
  ['an object with items', { items: [deployment('a')] }],
  ['an object with both', { items: [], deployments: [deployment('a')] }],
  ['a bare array', [deployment('a')]]
]
for (const [what, body] of SHAPES) {
  test(`the data of a peer that sends ${what} is the array`, async (t) => {
    const { ask, peer } = await aggregateWorld(t, ['a'])
    peer('a').on('/api/deployments', answers(200, body))
    assert.deepEqual((await ask()).servers.a!.data, [deployment('a')])
  })
}

const BAD: [string, unknown][] = [
  ['a number', { deployments: 5 }],
  ['an object', { deployments: {} }],
  ['a list of text', { deployments: ['x'] }],
  ['nothing', {}],
  ['text', 'deployments']
]
for (const [what, body] of BAD) {
  test(`a peer whose deployments are ${what} has an error, and only it`, async (t) => {
    const { ask, peer } = await aggregateWorld(t, ['a', 'b'])
    peer('a').on('/api/deployments', answers(200, body))
    const { servers, summary } = await ask()
    assert.deepEqual([servers.a!.online, servers.a!.code, servers.a!.data], [false, 'bad_json', undefined])
    assert.equal(servers.b!.online, true)
    assert.deepEqual(summary, { answered: 2, failed: 1, total: 3 })
  })
}

const MISBEHAVIOURS: [keyof typeof misbehave, string][] = [
  ['reset', 'reset'],
  ['garbage', 'http'],
  ['truncated', 'reset'],
  ['overlong', 'bad_json'],
  ['html', 'bad_json'],
  ['notJson', 'bad_json'],
  ['redirect', 'http'],
  ['bomb', 'http'],
  ['huge', 'too_large'],
  ['deep', 'bad_json'],
  ['proto', 'bad_json']
]
for (const [kind, code] of MISBEHAVIOURS) {
  test(`a peer that does "${kind}" is one entry with ${code}`, async (t) => {
    const { ask, peer } = await aggregateWorld(t, ['a', 'b'])
    peer('a').on('/api/deployments', misbehave[kind])
    const { servers } = await ask()
    assert.deepEqual([servers.a!.online, servers.a!.code, servers.b!.online], [false, code, true])
    assert.ok(!servers.a!.error!.includes('127.0.0.1'))
  })
}

test('a hanging peer costs its own deadline, and the others are shown', async (t) => {
  const { aggregate, ask, peer, advance, signs } = await aggregateWorld(t, ['a', 'b'])
  peer('a').on('/api/deployments', misbehave.hang)
  const asked = ask()
  await until(() => peer('a').requests.length === 1)
  // Shares the request to b that is under way, and so tells when its answer is in.
  await aggregate.ask('deployments', { servers: ['b'] }, new AbortController().signal)
  advance(5_000)
  const { servers } = await asked
  assert.deepEqual([servers.a!.code, servers.b!.online], ['timeout', true])
  assert.deepEqual(signs, ['death a timeout'])
})

test('the whole call ends at its own deadline, also for peers that were not asked yet', async (t) => {
  const { ask, peer, advance } = await aggregateWorld(t, ['a', 'b'], {
    maxConcurrency: 1,
    deadlines: { ...DEFAULT_DEADLINES, aggregateMs: 20_000 }
  })
  peer('a').on('/api/deployments', misbehave.hang)
  const asked = ask()
  await until(() => peer('a').requests.length === 1)
  advance(10_000)
  const { servers } = await asked
  assert.deepEqual([servers.a!.code, servers.b!.code], ['timeout', 'timeout'])
  assert.equal(peer('b').requests.length, 0)
})

test('hanging peers do not keep their places from others', async (t) => {
  const { ask, peer, advance } = await aggregateWorld(t, ['a', 'b', 'c'], { maxConcurrency: 1 })
  for (const name of ['a', 'b']) peer(name).on('/api/deployments', misbehave.hang)
  const asked = ask()
  await until(() => peer('a').requests.length === 1)
  assert.equal(peer('b').requests.length, 0)
  advance(500)
  await until(() => peer('b').requests.length === 1)
  advance(500)
  await until(() => peer('c').requests.length === 1)
  advance(4_000)
  await until(() => peer('a').sockets.size === 0)
  advance(500)
  const { servers } = await asked
  assert.deepEqual([servers.a!.code, servers.b!.code, servers.c!.online], ['timeout', 'timeout', true])
})

test("a refused key is that peer's error", async (t) => {
  const { ask, peer, signs } = await aggregateWorld(t, ['a'])
  peer('a').refuseKeys(true)
  const { servers } = await ask()
  assert.deepEqual([servers.a!.online, servers.a!.code], [false, 'key_refused'])
  assert.deepEqual(signs, ['death a key_refused'])
})

test('what a policy or a sign-in in between does not let through is told as that, and is no refused key', async (t) => {
  const { ask, peer, signs } = await aggregateWorld(t, ['a', 'b'])
  peer('a').on('/api/deployments', answers(403, { error: 'Permission denied: deployments:read required' }))
  peer('b').on('/api/deployments', signIn(401))
  const { servers } = await ask()
  assert.deepEqual([servers.a!.online, servers.a!.state, servers.a!.code], [false, 'online', 'forbidden'])
  assert.deepEqual([servers.b!.online, servers.b!.code], [false, 'http'])
  assert.deepEqual(signs, [])
})

test('all data together has a limit too', async (t) => {
  const { ask } = await aggregateWorld(t, ['a', 'b'], { maxTotalBytes: 800 })
  const codes = Object.values((await ask()).servers).map(({ code }) => code)
  assert.equal(codes.filter((code) => code === 'too_large').length, 1)
})
