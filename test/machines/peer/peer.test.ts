import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActor } from 'xstate'
import { peerMachine } from '../../../machines/peer/peer.ts'
import { DEFAULT_RULE } from '../../../machines/peer/rule.ts'
import { bad, good, spec } from '../../cluster/world.ts'

test('an answer to a question that is not open counts for nothing', () => {
  const peer = createActor(peerMachine, { input: { peer: spec('a'), rule: DEFAULT_RULE, startAfterMs: 0, wall: 0 } })
  peer.subscribe({ error: (fault) => assert.fail(String(fault)) })
  peer.start()
  const answer = { type: 'probe.answered' as const, answer: good(), doubted: false, now: 0, wall: 0, chance: 0.5 }
  peer.send({ ...answer, number: 7 })
  assert.equal(peer.getSnapshot().context.verdict, 'unknown')
  peer.send({ ...answer, number: 0 })
  assert.equal(peer.getSnapshot().context.verdict, 'online')
  peer.send({ ...answer, number: 0, answer: { ...good(), durationMs: 99 } })
  assert.equal(peer.getSnapshot().context.seen.latencyMs, 5)
})

test('a peer that went away while our clock was ahead was not last seen in the future', () => {
  const [right, ahead] = [Date.UTC(2026, 10, 28), Date.UTC(2027, 10, 28)]
  const peer = createActor(peerMachine, {
    input: { peer: spec('a', { lastSeenAt: ahead }), rule: DEFAULT_RULE, startAfterMs: 0, wall: right }
  })
  peer.start()
  const common = { type: 'probe.answered' as const, doubted: false, now: 0, chance: 0.5 }
  const lastSeen = () => peer.getSnapshot().context.seen.lastSeenAt
  peer.send({ ...common, number: 0, answer: bad('timeout'), wall: right })
  assert.equal(lastSeen(), right)
  peer.send({ ...common, number: 1, answer: bad('timeout'), wall: right + 5_000 })
  assert.equal(lastSeen(), right)
})
