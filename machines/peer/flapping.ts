import type { Verdict } from '../../src/schemas/health.ts'
import type { FlapRule } from './rule.ts'

/** How restless a peer is. Every fall adds to the penalty, and time halves it. */
export interface Flap {
  penalty: number
  /** Monotonic milliseconds at which the penalty was that high. */
  at: number
  flapping: boolean
}

export const CALM: Flap = { penalty: 0, at: 0, flapping: false }

export const penaltyNow = (flap: Flap, rule: FlapRule, now: number) =>
  flap.penalty * 0.5 ** (Math.max(0, now - flap.at) / rule.halfLifeMs)

/** The restlessness after a verdict changed, or after time went by. */
export function restless(flap: Flap, from: Verdict, to: Verdict, rule: FlapRule, now: number): Flap {
  const fall = from === to ? 0 : to === 'offline' ? rule.outage : to === 'suspect' ? rule.suspicion : 0
  if (fall === 0 && !flap.flapping) return flap
  const penalty = penaltyNow(flap, rule, now) + fall
  return { penalty, at: now, flapping: flap.flapping ? penalty >= rule.ends : penalty > rule.begins }
}
