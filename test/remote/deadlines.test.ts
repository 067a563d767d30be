import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { DEFAULT_DEADLINES, deadlinesOf } from '../../src/remote/deadlines.ts'
import { startNode, until } from '../daemon.ts'
import { misbehave, startFakePeer } from '../fake-peer.ts'

test('every deadline towards peers follows from the two that the config names', () => {
  const short = deadlinesOf({ requestTimeoutMs: 1_000, proxyTimeoutMs: 2_000 })
  assert.deepEqual(short, {
    ...{ connectMs: 1_000, probeMs: 1_000, aggregateMs: 1_000, aggregateTotalMs: 2_000, reachMs: 1_000 },
    ...{ witnessMs: 1_000, opinionMs: 2_000 },
    ...{ requestMs: 1_000, acceptMs: 3_000, restartMs: 300_000, proxiedReadMs: 1_000, proxiedWriteMs: 2_000 }
  })
  const long = deadlinesOf({ requestTimeoutMs: 60_000, proxyTimeoutMs: 600_000 })
  assert.deepEqual(long, {
    ...{ connectMs: 3_000, probeMs: 5_000, aggregateMs: 5_000, aggregateTotalMs: 10_000, reachMs: 4_000 },
    ...{ witnessMs: 2_000, opinionMs: 3_000 },
    ...{ requestMs: 60_000, acceptMs: 62_000, restartMs: 600_000, proxiedReadMs: 60_000, proxiedWriteMs: 600_000 }
  })
})

test('the table of the docs has the deadlines of the default config', () => {
  const docs = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8')
  const table = /<!-- deadlines -->\n([\s\S]*?)<!-- \/deadlines -->/.exec(docs)?.[1] ?? ''
  const seconds = [...table.matchAll(/\| (\d+) s \|/g)].map(([, value]) => Number(value) * 1_000)
  assert.deepEqual(seconds.sort(ascending), Object.values(DEFAULT_DEADLINES).sort(ascending))
})

const ascending = (a: number, b: number) => a - b

const TIMEOUT = { 'cluster.request_timeout': '300ms', 'cluster.proxy_timeout': '400ms' }

test('a peer that hangs is given up after the time of the config, whatever it was asked', async (t) => {
  const node = await startNode(t, { config: { ...TIMEOUT, 'cluster.health_interval': '24h' } })
  const fake = await startFakePeer({ name: 'plain', auth: 'any' })
  t.after(() => fake.close())
  await fake.join(node.url, (await node.call('POST', '/api/cluster/invite')).body.invite_token)
  // On a busy machine the first check may take longer than that time as well.
  await until(async () => {
    const { body } = await node.call('POST', '/api/cluster/peers/plain/check')
    return body.state === 'online'
  }, 'the peer being online')
  const proxied = '/api/cluster/peers/plain/proxy/slow'
  fake.on('*', misbehave.hang)
  const [read, written, all] = await Promise.all([
    node.call('GET', proxied),
    node.call('POST', proxied),
    node.call('GET', '/api/cluster/stats')
  ])
  assert.deepEqual([read.status, written.status, all.body.servers.plain.code], [504, 504, 'timeout'])
  const check = await node.call('POST', '/api/cluster/peers/plain/check')
  assert.equal(check.status, 200)
  const { body } = await node.call('GET', '/api/cluster/peers/plain')
  assert.equal(body.evidence.at(-1).class, 'timeout', JSON.stringify(body.evidence.at(-1)))
})

test('an accept gives up on an inviter that hangs after the time of the config', async (t) => {
  const node = await startNode(t, { config: TIMEOUT })
  const fake = await startFakePeer({ name: 'plain' })
  t.after(() => fake.close())
  const token = fake.invite()
  fake.on('/api/cluster/exchange', misbehave.hang)
  const { status, body } = await node.call('POST', '/api/cluster/accept', { invite_token: token, peer_url: fake.url })
  assert.equal(status, 504, JSON.stringify(body))
})
