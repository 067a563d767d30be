import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeploymentEvents } from '../../../src/cluster/events/deployment-events.ts'
import { createEventLog } from '../../../src/cluster/events/event-log.ts'

test('refusals of the same caller are one event a minute, with their number', () => {
  const events = createEventLog()
  let now = 0
  const tell = createDeploymentEvents(events, () => now)
  const refused = (deployment: string, by = 'peer bad') =>
    tell({ deployment, by, action: 'restart', outcome: 'refused', reason: 'no such deployment', durationMs: 1 })

  for (let at = 0; at < 6_000; at++) refused(`made-up-${at}`)
  refused('shop', 'operator admin')
  now = 60_000
  refused('shop')
  const seen = events.since(0).map(({ facts }) => [facts?.by, facts?.times])
  assert.deepEqual(seen, [
    ['peer bad', undefined],
    ['operator admin', undefined],
    ['peer bad', 6_000]
  ])
})

test('what a peer causes does not push out membership and what operators did', () => {
  const events = createEventLog({ remember: 100 })
  events.publish({ type: 'peer.joined', peer: 'good', peer_id: 'good' })
  events.publish({ type: 'deployment.action', facts: { by: 'operator admin' } })
  events.publish({ type: 'peer.state', peer: 'good', peer_id: 'good' })
  for (let at = 0; at < 1_000; at++) {
    events.publish({ type: 'deployment.action', facts: { by: 'peer bad' } })
    events.publish({ type: 'peer.rekeyed', peer: 'bad', peer_id: 'bad' })
    events.publish({ type: 'invite.refused' })
  }
  const kept = events.since(0)
  assert.deepEqual(
    kept.slice(0, 3).map(({ id }) => id),
    [1, 2, 3]
  )
  assert.equal(kept.length, 3 + 3 * 10)
})
