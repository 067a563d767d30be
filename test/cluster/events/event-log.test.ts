import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEventLog } from '../../../src/cluster/events/event-log.ts'
import { createKeptEvents } from '../../../src/cluster/events/persistent.ts'
import type { ClusterEvent } from '../../../src/schemas/event.ts'

test('events come in order to each who listens, until it stops', () => {
  const log = createEventLog({ wall: () => 0 })
  const seen: number[] = []
  const stop = log.subscribe(({ id }) => seen.push(id))
  log.publish({ type: 'peer.joined', peer: 'a' })
  log.publish({ type: 'peer.left', peer: 'a' })
  stop()
  log.publish({ type: 'peer.joined', peer: 'b' })
  assert.deepEqual(seen, [1, 2])
  assert.deepEqual(
    log.since(1).map(({ id, type, at }) => [id, type, at]),
    [
      [2, 'peer.left', '1970-01-01T00:00:00.000Z'],
      [3, 'peer.joined', '1970-01-01T00:00:00.000Z']
    ]
  )
})

test('only the newest events are remembered', () => {
  const log = createEventLog({ remember: 10 })
  for (let i = 0; i < 105; i++) log.publish({ type: 'peer.joined' })
  assert.deepEqual(
    log.since(0).map(({ id }) => id),
    [96, 97, 98, 99, 100, 101, 102, 103, 104, 105]
  )
})

test('a listener that throws keeps neither the publisher nor the others from going on', () => {
  const faults: unknown[] = []
  const log = createEventLog({ onFault: (fault) => faults.push(fault) })
  const seen: number[] = []
  log.subscribe(() => {
    throw new Error('a bug')
  })
  log.subscribe(({ id }) => seen.push(id))
  log.publish({ type: 'peer.joined' })
  assert.deepEqual(seen, [1])
  assert.equal(faults.length, 1)
})

test('events and their ids survive a restart, and no id is given out twice', async () => {
  const kept: ClusterEvent[] = []
  const store = { last: () => kept, append: (batch: readonly ClusterEvent[]) => void kept.push(...batch) }
  const first = createKeptEvents({ store, onFault: fail })
  first.log.publish({ type: 'peer.joined', peer: 'a' })
  await first.close()
  first.log.publish({ type: 'peer.left', peer: 'a' })

  const second = createKeptEvents({ store, onFault: fail })
  assert.deepEqual(
    second.log.since(0).map(({ peer }) => peer),
    ['a']
  )
  second.log.publish({ type: 'peer.joined', peer: 'b' })
  assert.ok((second.log.since(1)[0]?.id ?? 0) > 2)
})

test('events that could not be written are written when the store can be written again', async () => {
  const kept: ClusterEvent[] = []
  let broken = true
  const store = {
    last: () => kept,
    append(batch: readonly ClusterEvent[]) {
      if (broken) throw new Error('disk full')
      kept.push(...batch)
    }
  }
  const faults: unknown[] = []
  const { log, close } = createKeptEvents({ store, onFault: (fault) => faults.push(fault) })
  log.publish({ type: 'peer.joined' })
  await close()
  assert.equal(faults.length, 1)
  broken = false
  await close()
  assert.equal(kept.length, 1)
})

const fail = (fault: unknown) => assert.fail(String(fault))
