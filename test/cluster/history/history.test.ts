import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createHistory } from '../../../src/cluster/history/history.ts'
import type { HistoryStore } from '../../../src/cluster/history/writer.ts'
import { createWorld, spec } from '../world.ts'

function createHistoryWorld(t: TestContext, store: HistoryStore = createMemoryStore()) {
  const world = createWorld(t)
  const { cluster, clock } = world
  const history = createHistory({ cluster, clock, store, onFault: (fault) => world.faults.push(fault) })
  t.after(() => history.close())
  return { ...world, history }
}

function createMemoryStore() {
  const kept = new Map<string, Uint8Array>()
  const batches: number[] = []
  return {
    kept,
    batches,
    load: () => [...kept].map(([id, bytes]) => ({ id, bytes })),
    save(batch: readonly { id: string; bytes: Uint8Array }[]) {
      batches.push(batch.length)
      for (const { id, bytes } of batch) kept.set(id, bytes)
    },
    delete: (id: string) => void kept.delete(id)
  }
}

test('a peer has its checks, its changes, its uptime and its latency', async (t) => {
  const { cluster, clock, history, behave, asked } = createHistoryWorld(t)
  cluster.start([spec('a')])
  await clock.advance(600_000)
  behave('a', 'refused')
  await clock.advance(60_000)
  behave('a', 'up')
  await clock.advance(600_000)

  const past = history.past('a')
  assert.deepEqual(
    past.transitions.map(({ from, to }) => `${from} ${to}`),
    ['unknown online', 'online suspect', 'suspect offline', 'offline online']
  )
  assert.match(past.transitions[2]?.reason ?? '', /4 probes in a row failed: connection refused/)
  assert.equal(past.checks.length, asked.length)
  assert.ok(past.checks.some(({ class: failure }) => failure === 'refused'))
  assert.ok((past.uptime_24h ?? 0) > 0.94 && (past.uptime_24h ?? 0) < 0.99, `${past.uptime_24h}`)
  assert.ok(Math.abs((past.p50_ms ?? 0) / 5 - 1) < 0.16)

  assert.equal(history.of('a', 'hour').checks.length, asked.length)
  assert.equal(
    history.of('a', 'day').buckets.reduce((sum, { checks }) => sum + checks, 0),
    asked.length
  )
  assert.deepEqual(history.past('b'), { checks: [], transitions: [] })
})

test('history survives a restart, and is written in batches and not at every probe', async (t) => {
  const store = createMemoryStore()
  const { cluster, clock, history, asked } = createHistoryWorld(t, store)
  cluster.start(Array.from({ length: 20 }, (_, i) => spec(`p${i}`)))
  await clock.advance(600_000)
  assert.ok(store.batches.length < asked.length / 10, `${store.batches.length} writes for ${asked.length} probes`)
  await history.close()
  cluster.stop()

  const later = createHistoryWorld(t, store)
  assert.equal(later.history.past('p3').checks.length, history.past('p3').checks.length)
})

test('a store that cannot be written loses nothing: it is tried again', async (t) => {
  const store = createMemoryStore()
  let broken = true
  const { cluster, clock, faults, verdict } = createHistoryWorld(t, {
    ...store,
    save(batch) {
      if (broken) throw new Error('disk full')
      store.save(batch)
    }
  })
  cluster.start([spec('a')])
  await clock.advance(30_000)
  assert.equal(store.kept.size, 0)
  assert.ok(faults.length > 0)
  assert.equal(verdict('a'), 'online')
  broken = false
  await clock.advance(10_000)
  assert.equal(store.kept.size, 1)
})

test('a peer that left leaves nothing behind', async (t) => {
  const store = createMemoryStore()
  const { cluster, clock, history } = createHistoryWorld(t, store)
  cluster.start([spec('a')])
  await clock.advance(15_000)
  assert.equal(store.kept.size, 1)
  cluster.left('a')
  await clock.advance(100_000)
  assert.equal(store.kept.size, 0)
  assert.deepEqual(history.past('a').checks, [])
})
