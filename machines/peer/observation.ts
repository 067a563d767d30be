import type { PeerSpec, ProbeAnswer } from '../../src/schemas/health.ts'
import type { ProbeAnswered } from '../messages.ts'
import { CALM, type Flap, restless } from './flapping.ts'
import type { PeerContext } from './setup.ts'
import { decide, NOTHING_YET, type Tally, untilNext, weigh } from './verdict.ts'

/**
 * What a peer's actor knows from its probes. One object made anew by each answer, always with the same keys in the same
 * order: as twenty fields of the context itself, copying them was a quarter of the cost of a probe.
 */
export interface Observation {
  /** How many answers it had: the number of the question that is open or comes next. */
  answers: number
  tally: Tally
  flap: Flap
  /** It had its first good answer, and its own place in the interval. */
  placed: boolean
  /** It counts as up, so that its failures tell something about ourselves too. */
  believed: boolean
  /** Another request says that our key is refused there; the next answer tells. */
  keyInDoubt: boolean
  waitMs: number
  /** Monotonic: when the next question is due, and when the last one ended. */
  dueAt: number
  endedAt: number
  nextProbeAt: number | undefined
  lastSeenAt: number | undefined
  latencyMs: number | undefined
  /** How far its clock is ahead of ours, by its last answer. */
  clockOffsetMs: number | undefined
  version: string | undefined
  nodeId: string | undefined
  features: readonly string[]
  /** The newest last; at most ten. */
  evidence: readonly ProbeAnswer[]
}

const EVIDENCE = 10
/** An answer is late by this share of the interval: longer than any answer takes. */
const OVERDUE = 0.25

export const nothingObserved = ({ lastSeenAt, features }: PeerSpec, waitMs: number): Observation => ({
  answers: 0,
  tally: NOTHING_YET,
  flap: CALM,
  placed: false,
  believed: false,
  keyInDoubt: false,
  waitMs,
  dueAt: 0,
  endedAt: Number.NEGATIVE_INFINITY,
  nextProbeAt: undefined,
  lastSeenAt,
  latencyMs: undefined,
  clockOffsetMs: undefined,
  version: undefined,
  nodeId: undefined,
  features,
  evidence: []
})

/** What it knows after one more answer. */
export function observe(context: PeerContext, event: ProbeAnswered): Observation {
  const { rule, seen: before } = context
  const { answer, now, wall } = event
  const tally = tallied(context, event)
  const verdict = decide(context.verdict, tally, rule)
  const placed = before.placed || verdict === 'online'
  const waitMs = nextDelay()
  const good = answer.ok ? answer : undefined

  return {
    answers: before.answers + 1,
    tally,
    flap: restless(before.flap, context.verdict, verdict, rule.flapping, now),
    placed,
    believed: verdict === 'online' || verdict === 'suspect',
    keyInDoubt: false,
    waitMs,
    dueAt: now + waitMs,
    endedAt: now,
    nextProbeAt: wall + waitMs,
    // A clock that was ahead and is right again has seen nobody in the future.
    lastSeenAt: good ? wall : before.lastSeenAt && Math.min(before.lastSeenAt, wall),
    latencyMs: good ? good.durationMs : before.latencyMs,
    clockOffsetMs: answer.clockOffsetMs ?? before.clockOffsetMs,
    version: good?.version ?? before.version,
    nodeId: good?.nodeId ?? before.nodeId,
    features: good?.features ?? before.features,
    evidence: [...before.evidence.slice(1 - EVIDENCE), answer]
  }

  function nextDelay() {
    // An extra failure that does not count leaves the plan as it was.
    if (!answer.ok && tally === before.tally && !isDue(context, event))
      return Math.max(before.dueAt - now, rule.pauseMs)
    // All peers start together; after that each has its own place anywhere in the interval.
    if (placed && !before.placed) return Math.max(rule.intervalMs * event.chance, rule.pauseMs)
    // Those that were overdue together, as after a stall, get new places; on average no sooner than the next one.
    if (answer.ok && verdict === 'online' && now - before.dueAt > rule.intervalMs * OVERDUE)
      return rule.intervalMs * (0.5 + event.chance)
    return untilNext(verdict, tally, rule, event.chance)
  }
}

/** The verdict that an answer leads to. */
export const nextVerdict = (context: PeerContext, event: ProbeAnswered) =>
  decide(context.verdict, tallied(context, event), context.rule)

/** Whether it is flapping after an answer. */
export const flapAfter = (context: PeerContext, event: ProbeAnswered) =>
  restless(context.seen.flap, context.verdict, nextVerdict(context, event), context.rule.flapping, event.now)

const tallied = (context: PeerContext, event: ProbeAnswered) =>
  weigh(context.seen.tally, { answer: event.answer, doubted: event.doubted, due: isDue(context, event) })

/** Timers may come a little before their time. */
const EARLY_MS = 5

// An answer counts as the scheduled one when that is due, whoever asked: else contacts could put it off for ever.
const isDue = ({ seen }: PeerContext, { now }: ProbeAnswered) => now >= seen.dueAt - EARLY_MS
