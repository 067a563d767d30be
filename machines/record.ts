import { type Flap, restless } from './flapping.ts'
import type { ProbeAnswered } from './messages.ts'
import type { PeerContext } from './peer.ts'
import { decide, untilNext, weigh } from './verdict.ts'

const EVIDENCE = 10

/** What a peer's actor knows after one more answer. */
export function recorded(context: PeerContext, event: ProbeAnswered): Partial<PeerContext> {
  const { rule } = context
  const { answer, now, wall } = event
  const tally = weigh(context.tally, { ...event, due: context.due })
  const verdict = decide(context.verdict, tally, rule)
  const placed = context.placed || verdict === 'online'
  const waitMs = nextDelay()

  return {
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
    if (tally === context.tally && !context.due) return Math.max(context.dueAt - now, rule.pauseMs)
    // All peers start together; after that each has its own place anywhere in the interval.
    if (placed && !context.placed) return Math.max(rule.intervalMs * event.chance, rule.pauseMs)
    return untilNext(verdict, tally, rule, event.chance)
  }
}

export function restlessAfter(context: PeerContext, event: ProbeAnswered): Flap {
  const verdict = decide(context.verdict, weigh(context.tally, { ...event, due: context.due }), context.rule)
  return restless(context.flap, context.verdict, verdict, context.rule.flapping, event.now)
}
