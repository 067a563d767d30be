import type { FailureClass, ProbeAnswer, Verdict } from '../../src/schemas/health.ts'
import type { Rule } from './rule.ts'

/** What a failure says: nothing usable came, our key was refused, its clock is another, or it is no agent. */
type FailureKind = 'silent' | 'refused' | 'skewed' | 'foreign'

/** What counts so far. All "in a row"; a success ends the failures, a failure ends the successes. */
export interface Tally {
  failures: number
  kind?: FailureKind
  /** Failures of that kind in a row. */
  sameKind: number
  successes: number
  /** The last failure was doubted, so the next one counts. */
  doubted: boolean
}

export const NOTHING_YET: Tally = { failures: 0, sameKind: 0, successes: 0, doubted: false }

/** After one success, two, and so on; beyond the last one they are not counted. */
const WELL: readonly Tally[] = Array.from({ length: 10 }, (_, before) => ({ ...NOTHING_YET, successes: before + 1 }))

/** One answer with what is known about the question. */
export interface Finding {
  answer: ProbeAnswer
  /** We may be the cause ourselves: stalled, or cut off from most. */
  doubted: boolean
  /** Asked because its time had come, and not because somebody wanted to know. */
  due: boolean
}

/** Counts one more answer. */
export function weigh(tally: Tally, { answer, doubted, due }: Finding): Tally {
  // Not counted for ever: one object stands for all the days of all peers that are well.
  if (answer.ok) return WELL[Math.min(tally.successes, WELL.length - 1)] ?? NOTHING_YET
  if (answer.class === 'aborted') return tally
  // An unscheduled probe may end a suspicion, and never adds a failure: a busy caller would count four within a second.
  if (!due && tally.failures > 0) return tally
  // A fault of our own says little about the peer; yet a lasting one must not leave it online for ever.
  if ((doubted || answer.class === 'internal') && !tally.doubted) return { ...tally, doubted: true }
  const kind = kindOf(answer.class)
  const sameKind = kind === tally.kind ? tally.sameKind + 1 : 1
  return { failures: tally.failures + 1, kind, sameKind, successes: 0, doubted: false }
}

/** The verdict that follows from one verdict and what counts by now. */
export function decide(verdict: Verdict, tally: Tally, rule: Rule): Verdict {
  if (verdict === 'pending' || verdict === 'removed' || verdict === 'suspended' || verdict === 'quarantined')
    return verdict
  const settled = verdict !== 'unknown' && verdict !== 'online' && verdict !== 'suspect'
  // Clocks that were set right stay right: nothing is to be feared of one success.
  const enoughSuccesses = settled && verdict !== 'skewed' ? rule.onlineAfter : 1
  if (tally.kind === undefined) return tally.successes >= enoughSuccesses ? 'online' : verdict
  const verdictOfKind = VERDICT_OF[tally.kind]
  const onPurpose = tally.kind === 'refused' || tally.kind === 'skewed'
  const enough = onPurpose ? rule.refusedAfter : rule.repeatsMs.length + 1
  // From one settled verdict to another only by failures of one kind: mixed ones would change it at every probe.
  if (settled) return tally.sameKind >= enough ? verdictOfKind : verdict
  if ((onPurpose ? tally.sameKind : tally.failures) >= enough) return verdictOfKind
  return verdict === 'online' ? 'suspect' : verdict
}

/** Milliseconds until the next question; `chance` is a number from 0 to 1 that varies it. */
export function untilNext(verdict: Verdict, tally: Tally, rule: Rule, chance: number): number {
  return baseDelay(verdict, tally, rule) * (1 + rule.jitter * (2 * chance - 1))
}

function baseDelay(verdict: Verdict, tally: Tally, rule: Rule): number {
  const soon = rule.repeatsMs[0] ?? rule.intervalMs
  if (verdict === 'rejected') return tally.successes > 0 ? soon : rule.refusedIntervalMs
  if (verdict === 'pending' || verdict === 'skewed') return rule.intervalMs
  if (verdict === 'offline' || verdict === 'incompatible') return tally.successes > 0 ? soon : rule.intervalMs
  if (tally.failures > 0) return rule.repeatsMs[tally.failures - 1] ?? rule.intervalMs
  return tally.doubted ? soon : rule.intervalMs
}

const VERDICT_OF = { silent: 'offline', refused: 'rejected', skewed: 'skewed', foreign: 'incompatible' } as const

function kindOf(failure: FailureClass): FailureKind {
  if (failure === 'key_refused') return 'refused'
  if (failure === 'clock_skew') return 'skewed'
  return failure === 'not_agent' || failure === 'bad_json' || failure === 'too_large' ? 'foreign' : 'silent'
}
