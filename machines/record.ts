import { type Flap, restless } from './flapping.ts'
import type { ProbeAnswered } from './messages.ts'
import type { PeerContext } from './peer.ts'
import { decide, untilNext, weigh } from './verdict.ts'

const EVIDENCE = 10

/** What a peer's actor knows after one more answer. */
export function recorded(context: PeerContext, event: ProbeAnswered): Partial<PeerContext> {
  const { rule } = context
  const { answer, now, wall } = event
  const tally = tallied(context, event)
  const verdict = judged(context, event)
  const placed = context.placed || verdict === 'online'
  const waitMs = nextDelay()

  return {
    open: false,
    tally,
    placed,
    waitMs,
    flap: restlessAfter(context, event),
    dueAt: now + waitMs,
    endedAt: now,
    nextProbeAt: wall + waitMs,
    evidence: [...context.evidence.slice(1 - EVIDENCE), answer],
    ...(answer.ok && {
      lastSeenAt: wall,
      latencyMs: answer.durationMs,
      version: answer.version ?? context.version,
      nodeId: answer.nodeId ?? context.nodeId,
      features: answer.features ?? context.features
    })
  }

  function nextDelay() {
    // An extra question that changed nothing leaves the plan as it was.
    if (tally === context.tally && !isDue(context, event)) return Math.max(context.dueAt - now, rule.pauseMs)
    // All peers start together; after that each has its own place anywhere in the interval.
    if (placed && !context.placed) return Math.max(rule.intervalMs * event.chance, rule.pauseMs)
    return untilNext(verdict, tally, rule, event.chance)
  }
}

/** The verdict that an answer leads to. */
export const judged = (context: PeerContext, event: ProbeAnswered) =>
  decide(context.verdict, tallied(context, event), context.rule)

export function restlessAfter(context: PeerContext, event: ProbeAnswered): Flap {
  return restless(context.flap, context.verdict, judged(context, event), context.rule.flapping, event.now)
}

const tallied = (context: PeerContext, event: ProbeAnswered) =>
  weigh(context.tally, { answer: event.answer, doubted: event.doubted, due: isDue(context, event) })

// An extra question that is answered when the next one is due stands for it; else signs of life could put it off for ever.
const isDue = (context: PeerContext, { now }: ProbeAnswered) => context.due || now >= context.dueAt
