import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyActorRef } from 'xstate'
import { createInspected, type Message } from './world.ts'

const statesOf = (messages: Message[]) => messages.map(({ snapshot }) => snapshot?.value?.health).filter(Boolean)
const distinct = (list: unknown[]) => list.filter((one, at) => one !== list[at - 1])

test('who begins to watch is told of everybody there, parents first, with what they are and how they are', async (t) => {
  const { cluster, clock, watch, specs } = createInspected(t)
  cluster.start(specs('p1', 'p2'))
  await clock.advance(100)
  const { messages, actors, beat } = watch()
  beat()
  assert.deepEqual(
    actors().map(({ name }) => name),
    ['supervisor', 'prober', 'server p1', 'server p2']
  )
  const [supervisor, prober, first] = actors()
  assert.equal(supervisor.parentId, undefined)
  assert.equal(prober.parentId, supervisor.sessionId)
  assert.equal(first.parentId, supervisor.sessionId)
  assert.equal(first.snapshot.value.health, 'online')
  assert.deepEqual(Object.keys(supervisor.snapshot.children), ['prober', 'p1', 'p2'])

  const definitions = messages.filter(({ type }) => type === 'definition')
  assert.deepEqual(
    definitions.map(({ machine }) => machine),
    ['supervisor', 'peer']
  )
  assert.equal(JSON.parse(definitions[1].definition).states.health.initial, 'unknown')
  assert.equal(first.machine, 'peer')
})

test('an outage arrives in order', async (t) => {
  const { cluster, clock, watch, specs, behave } = createInspected(t)
  cluster.start(specs('p1'))
  await clock.advance(100)
  const { actors, of, beat } = watch()
  beat()
  behave('p1', 'refused')
  await clock.advance(60_000)
  behave('p1', 'up')
  await clock.advance(60_000)
  const peer = actors().find(({ name }) => name === 'server p1')
  assert.deepEqual(distinct(statesOf(of(peer.sessionId))), ['online', 'suspect', 'offline', 'online'])
  const supervisor = actors().find(({ name }) => name === 'supervisor')
  const told = of(supervisor.sessionId).filter(({ event }) => event?.type === 'peer.judged')
  assert.deepEqual(distinct(told.filter(({ type }) => type === '@xstate.event').map(({ event }) => event.to)), [
    'suspect',
    'offline',
    'online'
  ])
  assert.ok(told.every(({ type, sourceId }) => type !== '@xstate.event' || sourceId === peer.sessionId))
})

test('a crash is seen: its error, the end of the actor, and the one that takes its place', async (t) => {
  let broken = false
  const { cluster, clock, watch, specs } = createInspected(t, {
    cluster: {
      probe: async () =>
        Object.defineProperty({ ok: true as const, asked: 'GET /api/health', at: 0, durationMs: 5 }, 'version', {
          enumerable: true,
          get() {
            if (broken) throw new Error('a bug at Bearer planted')
          }
        })
    }
  })
  cluster.start(specs('p1'))
  await clock.advance(100)
  const { actors, messages, texts, beat, of } = watch({ kind: 'peer', id: 'p1' })
  beat()
  broken = true
  const checked = cluster.check('p1')
  await clock.advance(1)
  broken = false
  await checked
  await clock.advance(5_000)
  const [before, after] = actors().filter(({ name }) => name === 'server p1')
  assert.notEqual(before.sessionId, after.sessionId)
  const last = of(before.sessionId).findLast(({ type }) => type === '@xstate.snapshot')
  assert.equal(last.snapshot.status, 'error')
  assert.equal(last.snapshot.error.message, 'a bug at Bearer <secret>')
  const said = messages.map(({ event }) => event?.type).filter((type) => /error|restart/.test(type ?? ''))
  assert.deepEqual(distinct(said), ['xstate.error.actor.p1', 'peer.restart'])
  assert.equal(statesOf(of(after.sessionId)).at(-1), 'online')
  assert.ok(texts.every((text) => !text.includes('planted')))
})

test('of one peer among a thousand only that peer is told, and what concerns it', async (t) => {
  const { cluster, clock, watch, specs } = createInspected(t)
  cluster.start(specs(...Array.from({ length: 1_000 }, (_, at) => `p${at}`)))
  await clock.advance(35_000)
  const { actors, messages, beat, texts } = watch({ kind: 'peer', id: 'p500' })
  beat()
  await clock.advance(35_000)
  assert.deepEqual(
    actors()
      .map(({ name }) => name)
      .sort(),
    ['prober', 'server p500', 'supervisor']
  )
  const peer = actors().find(({ name }) => name === 'server p500').sessionId
  assert.ok(messages.some(({ event }) => event?.type === 'probe.wanted'))
  const others = messages.filter(
    ({ type, sessionId, sourceId, event }) =>
      type.startsWith('@xstate') &&
      type !== '@xstate.actor' &&
      sessionId !== peer &&
      sourceId !== peer &&
      event?.peer?.id !== 'p500'
  )
  assert.deepEqual(others, [])
  assert.ok(messages.length < 60, `${messages.length} messages`)
  assert.ok(Math.max(...texts.map(({ length }) => length)) < 20_000)
})

test('a thousand peers are told of in turns, and no message grows with them', async (t) => {
  const { cluster, clock, watch, specs } = createInspected(t)
  cluster.start(specs(...Array.from({ length: 1_000 }, (_, at) => `p${at}`)))
  await clock.advance(40_000)
  const { actors, beat, texts } = watch()
  beat()
  assert.equal(actors().length, 200)
  for (let beats = 0; beats < 5; beats++) beat()
  assert.equal(actors().length, 1_002)
  assert.ok(Math.max(...texts.map(({ length }) => length)) < 30_000)
})

test('a slow watcher is dropped from and not buffered, is told how much, and sees the newest state in the end', async (t) => {
  const { cluster, clock, watch, specs, behave } = createInspected(t)
  cluster.start(specs('p1'))
  await clock.advance(100)
  const slow = watch()
  const swift = watch()
  slow.beat()
  swift.beat()
  const before = slow.messages.length
  slow.stuck(true)
  behave('p1', 'refused')
  await clock.advance(60_000)
  slow.beat()
  assert.equal(slow.messages.length, before)
  assert.ok(swift.messages.length > before + 10)

  slow.stuck(false)
  slow.beat()
  const report = slow.messages.at(-1)
  assert.equal(report.type, 'transmission')
  assert.ok(report.dropped_slow > 10)
  assert.equal(report.dropped_often, 0)
  const peer = slow.actors().find(({ name }) => name === 'server p1').sessionId
  assert.equal(statesOf(slow.of(peer)).at(-1), 'offline')
})

test('what happens too often is dropped, counted, and made up for', async (t) => {
  const { cluster, clock, watch, specs, behave } = createInspected(t, { limits: { perSecond: 4 } })
  cluster.start(specs('p1'))
  await clock.advance(100)
  const { messages, beat, actors, of } = watch()
  beat()
  behave('p1', 'key_refused')
  const checks = [cluster.check('p1'), clock.advance(1)]
  await Promise.all(checks)
  beat()
  const report = messages.findLast(({ type }) => type === 'transmission')
  assert.ok(report.dropped_often > 0)
  const peer = actors().find(({ name }) => name === 'server p1').sessionId
  assert.equal(statesOf(of(peer)).at(-1), 'suspect')
})

test('nothing is attached to the actors while nobody watches, and nothing stays behind', async (t) => {
  const { cluster, clock, watch, specs, inspector } = createInspected(t)
  cluster.start(specs('p1'))
  const attached = observersOf(cluster.roots()[0]!)
  assert.equal(attached(), 0)
  const first = watch()
  const second = watch({ kind: 'peer', id: 'p1' })
  assert.equal(attached(), 1)
  first.stop()
  assert.equal(attached(), 1)
  second.stop()
  second.stop()
  assert.equal(attached(), 0)
  assert.equal(inspector.watchers(), 0)
  const heard = first.messages.length
  await clock.advance(60_000)
  assert.equal(first.messages.length, heard)
})

test('a watcher that throws hurts neither the actors nor the others', async (t) => {
  const { cluster, clock, watch, inspector, inspectorFaults, specs, verdict } = createInspected(t)
  cluster.start(specs('p1'))
  inspector.watch(
    {
      send() {
        throw new Error('gone')
      },
      buffered: () => 0
    },
    { kind: 'all' }
  )
  await clock.advance(60_000)
  assert.equal(verdict('p1'), 'online')
  assert.ok(inspectorFaults.length > 0)
  const { actors, beat } = watch()
  beat()
  assert.equal(actors().length, 3)
})

/** How many observe the system of an actor, as XState itself counts them. */
function observersOf(root: AnyActorRef): () => number {
  const { system } = root
  let count = 0
  const { inspect } = system
  system.inspect = (observer) => {
    count++
    const { unsubscribe } = inspect(observer)
    return {
      unsubscribe() {
        count--
        unsubscribe()
      }
    }
  }
  return () => count
}
