import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getShortestPaths } from 'xstate/graph'
import type { ProbeAnswered } from '../../../machines/messages.ts'
import { type PeerSnapshot, peerMachine } from '../../../machines/peer/peer.ts'
import { DEFAULT_RULE } from '../../../machines/peer/rule.ts'
import type { PeerContext } from '../../../machines/peer/setup.ts'
import { type ProbeAnswer, REACHABLE } from '../../../src/schemas/health.ts'
import { bad, createWorld, good, spec } from '../../cluster/world.ts'

/** Each answer comes when its question is due. */
const answered = (answer: ProbeAnswer, { seen }: PeerContext): ProbeAnswered => ({
  ...{ type: 'probe.answered', answer, number: seen.answers, doubted: false, now: seen.dueAt, wall: 0, chance: 0.5 }
})
const ANSWERS = [good(), bad('refused'), bad('key_refused'), bad('not_agent'), bad('clock_skew')]

const paths = getShortestPaths(peerMachine, {
  input: { peer: spec('a'), rule: DEFAULT_RULE, startAfterMs: 0, wall: 0 },
  events: ({ context }) => ANSWERS.map((answer) => answered(answer, context)),
  serializeState: (state) => JSON.stringify([state.value, (state as PeerSnapshot).context.seen.tally]),
  stopWhen: (state) => Math.max(state.context.seen.tally.failures, state.context.seen.tally.successes) > 5,
  limit: 100_000
})

test('the model reaches every verdict that answers can lead to', () => {
  const verdicts = new Set(paths.map(({ state }) => state.context.verdict))
  assert.deepEqual([...verdicts].sort(), [
    'incompatible',
    'offline',
    'online',
    'rejected',
    'skewed',
    'suspect',
    'unknown'
  ])
})

test('in every state of the model the verdict is the state, and reachable is what may be asked', () => {
  for (const { state } of paths) {
    assert.equal(state.context.verdict, state.value.health)
    assert.equal(state.hasTag('reachable'), REACHABLE.has(state.context.verdict))
  }
})

test('in every state of the model the next question is under way or planned', () => {
  for (const { state } of paths) {
    assert.equal(state.value.probe, 'watching')
    assert.ok(state.context.seen.waitMs >= 0 && state.context.seen.waitMs <= 330_000)
  }
})

test('the running cluster takes every path of the model to the same verdict', async (t) => {
  const walked = new Set<string>()
  assert.ok(paths.length > 50, `${paths.length} paths`)
  for (const path of paths) {
    const script = path.steps.flatMap(({ event, state }) =>
      'answer' in event
        ? [{ answer: event.answer as ProbeAnswer, verdict: (state as PeerSnapshot).context.verdict }]
        : []
    )
    const name = JSON.stringify(script)
    if (script.length === 0 || walked.has(name)) continue
    walked.add(name)
    let step = 0
    const { cluster, clock } = createWorld(t, {
      probe: async () => script[step++]?.answer ?? new Promise<ProbeAnswer>(() => {})
    })
    cluster.start([spec('a')])
    for (const [index, { verdict, answer }] of script.entries()) {
      for (let waited = 0; step <= index && waited < 400_000; waited += 500) await clock.advance(500)
      await clock.advance(1)
      assert.equal(cluster.peer('a')?.verdict, verdict, `step ${index + 1} of ${name}`)
      assert.equal(cluster.peer('a')?.evidence.at(-1), answer)
    }
    cluster.stop()
  }
  assert.ok(walked.size > 50, `${walked.size} walked`)
})
