import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openEvents } from '../../src/store/events.ts'
import { openHistory } from '../../src/store/history.ts'

test('histories are kept as they were written, the newest of each peer', async () => {
  const handle = new DatabaseSync(':memory:')
  const history = openHistory(handle)
  await history.save([
    { id: 'a', bytes: Uint8Array.of(1) },
    { id: 'b', bytes: Uint8Array.of(2) }
  ])
  await history.save([{ id: 'a', bytes: Uint8Array.of(3, 4) }])
  await history.delete('b')
  assert.deepEqual(
    [...openHistory(handle).load()].map(({ id, bytes }) => [id, ...bytes]),
    [['a', 3, 4]]
  )
})

test('a batch is written as a whole or not at all', async () => {
  const history = openHistory(new DatabaseSync(':memory:'))
  const broken = { id: 'b', bytes: null as unknown as Uint8Array }
  await assert.rejects(history.save([{ id: 'a', bytes: Uint8Array.of(1) }, broken]))
  assert.deepEqual([...history.load()], [])
  await history.save([{ id: 'a', bytes: Uint8Array.of(1) }])
  assert.equal([...history.load()].length, 1)
})

test('only the newest events are kept', async () => {
  const handle = new DatabaseSync(':memory:')
  const events = openEvents(handle, 3)
  const event = (id: number) => ({ id, at: new Date(0).toISOString(), type: 'peer.joined' as const })
  for (const id of [1, 2, 3, 4, 5, 6, 7]) await events.append([event(id)])
  const { rows } = handle.prepare('SELECT count(*) AS rows FROM events').get() ?? {}
  assert.equal(rows, 4)
  assert.deepEqual(
    openEvents(handle, 3)
      .last()
      .map(({ id }) => id),
    [5, 6, 7]
  )
})

test('what a peer causes again and again leaves what operators did, after a restart too', async () => {
  const handle = new DatabaseSync(':memory:')
  const at = new Date(0).toISOString()
  const events = openEvents(handle, 20)
  await events.append([
    { id: 1, at, type: 'peer.joined', peer: 'good' },
    { id: 2, at, type: 'deployment.action', facts: { by: 'operator admin' } }
  ])
  for (let id = 3; id < 200; id++) {
    await events.append([{ id, at, type: 'deployment.action', facts: { by: `peer ${id % 3}` } }])
    // Ids leap at a restart, and nothing may be lost for that.
    await events.append([{ id: id * 1_000, at, type: 'peer.state', peer_id: 'bad' }])
  }
  const kept = openEvents(handle, 20).last()
  assert.deepEqual(
    kept.slice(0, 2).map(({ id }) => id),
    [1, 2]
  )
  assert.deepEqual(kept.length, 2 + 3 * 2 + 2)
})

test('an event of another version, or one that was damaged, is left out and keeps nobody from starting', () => {
  const handle = new DatabaseSync(':memory:')
  const events = openEvents(handle)
  handle.exec(`INSERT INTO events (id, event) VALUES (1, '{"id":1,"type":"of.another.kind"}'), (2, '{"id":')`)
  assert.deepEqual(events.last(), [])
})
