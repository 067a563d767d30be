import type { ProbeAnswer } from '../../src/schemas/health.ts'
import type { ProbeWanted } from '../messages.ts'
import type { Planned } from './scheduler.ts'

/** What the prober knows of one peer. One for as long as the peer is asked: see `createProber`. */
export interface Slot extends Planned {
  /** Planned, or in a line. */
  wanted: ProbeWanted | undefined
  line: Line | undefined
  question: Question | undefined
}

/** First come, first served. A question that was withdrawn meanwhile is passed over. */
export type Line = Slot[]

/** A probe in flight. */
export interface Question {
  slot: Slot
  wanted: ProbeWanted
  /** Monotonic milliseconds. */
  began: number
  abort: AbortController
  timer: unknown
  /** It does no work any more, it only waits. */
  slow: boolean
  /** It had one short grace, because its deadline itself came late. */
  spared: boolean
}

/** Another question, or none, is open at its peer. */
export const isOver = (question: Question): boolean => question.slot.question !== question

/** The answer that the prober gives in place of a peer's. `at` is wall time, `durationMs` monotonic. */
export const failure = (
  time: { at: number; durationMs: number },
  failed: 'internal' | 'timeout',
  detail: string
): ProbeAnswer => ({ ok: false, asked: 'GET /api/health', ...time, class: failed, detail })
