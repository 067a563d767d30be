import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActor } from 'xstate'
import { peerMachine } from '../../../machines/peer/peer.ts'
import { DEFAULT_RULE } from '../../../machines/peer/rule.ts'
import { good, spec } from '../../cluster/world.ts'

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
