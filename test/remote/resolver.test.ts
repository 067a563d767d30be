import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createResolver } from '../../src/remote/connections/resolver.ts'
import { movedClock, targetOf, until, world } from './world.ts'

const HERE: LookupAddress[] = [{ address: '192.0.2.1', family: 4 }]
const THERE: LookupAddress[] = [{ address: '192.0.2.2', family: 4 }]

/** A name server that answers when the test says so. */
function nameServer() {
  const open: { name: string; answer: (addresses: LookupAddress[]) => void; fail: (code: string) => void }[] = []
  const { clock, advance } = movedClock()
  const resolve = createResolver({
    clock,
    ask: (name) =>
      new Promise((answer, reject) => {
        open.push({ name, answer, fail: (code) => reject(Object.assign(new Error(code), { code })) })
      })
  })
  const asked = () => open.map(({ name }) => name)
  const take = (name: string) => {
    const at = open.findIndex((one) => one.name === name)
    assert.notEqual(at, -1, `${name} is not being asked for`)
    return open.splice(at, 1)[0] as (typeof open)[0]
  }
  return { resolve, asked, take, advance, turn: () => new Promise(setImmediate) }
}

test('however many connections wait for a name, it is looked up once at a time, and anew for the next', async () => {
  const { resolve, asked, take, turn } = nameServer()
  const all = Promise.all([1, 2, 3].map(() => resolve('a.test')))
  await turn()
  assert.deepEqual(asked(), ['a.test'])
  take('a.test').answer(HERE)
  assert.deepEqual(await all, [HERE, HERE, HERE])
  const next = resolve('a.test')
  await turn()
  take('a.test').answer(THERE)
  assert.deepEqual(await next, THERE)
})

test('while the name server is silent or fails, the last known addresses are used; when it says no, they are not', async () => {
  const { resolve, take, advance, turn } = nameServer()
  const first = resolve('a.test')
  await turn()
  take('a.test').answer(HERE)
  await first

  const silent = resolve('a.test')
  await turn()
  advance(1_000)
  assert.deepEqual(await silent, HERE)
  take('a.test').fail('EAI_AGAIN')
  await turn()

  const failing = resolve('a.test')
  await turn()
  take('a.test').fail('EAI_AGAIN')
  assert.deepEqual(await failing, HERE)

  const gone = resolve('a.test')
  await turn()
  take('a.test').fail('ENOTFOUND')
  await assert.rejects(gone, { code: 'ENOTFOUND' })
})

test('addresses of more than a day ago are known no more', async () => {
  const { resolve, take, advance, turn } = nameServer()
  const first = resolve('a.test')
  await turn()
  take('a.test').answer(HERE)
  await first
  advance(24 * 3_600_000 + 1)
  const late = resolve('a.test')
  await turn()
  take('a.test').fail('EAI_AGAIN')
  await assert.rejects(late, { code: 'EAI_AGAIN' })
})

test('names whose name server is silent take one thread, and keep no other name waiting', async () => {
  const { resolve, asked, take, advance, turn } = nameServer()
  const silent = ['s1', 's2', 's3', 's4', 's5', 's6']
  for (let round = 0; round < 2; round++) {
    for (const name of silent) {
      resolve(name).catch(() => {})
      await turn()
      advance(10_000)
      take(name).fail('EAI_AGAIN')
      await turn()
    }
  }
  for (const name of silent) resolve(name).catch(() => {})
  await turn()
  assert.deepEqual(asked(), ['s1'])
  const healthy = resolve('healthy')
  await turn()
  take('healthy').answer(HERE)
  assert.deepEqual(await healthy, HERE)
})

test('a peer is asked at the address that its name has, and at the next one when the first is silent', async (t) => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await until(() => server.listening)
  const { port } = server.address() as AddressInfo
  const looked: string[] = []
  const { remote, peer } = await world(t, {
    resolve: async (name) => {
      looked.push(name)
      // Nothing answers in 192.0.2.0/24 (RFC 5737): silence, or no route, by where this runs.
      return [...HERE, { address: '127.0.0.1', family: 4 }]
    }
  })
  const target = targetOf(peer, { url: `http://web-2.test:${port}` })
  const answer = await remote.request(target, { path: '/', deadlineMs: 20_000, maxBytes: 100 })
  assert.deepEqual([answer.status, looked], [200, ['web-2.test']])
})
