import type { FailureClass, ProbeAnswer } from '../../schemas/health.ts'

/** One probe, as it is remembered. */
export interface Check {
  at: number
  ok: boolean
  durationMs: number
  class?: FailureClass
}

/** Their places are stored: append only. */
const CLASSES: readonly FailureClass[] = [
  ...(['dns', 'refused', 'reset', 'timeout', 'tls', 'http', 'not_agent'] as const),
  ...(['key_refused', 'too_large', 'bad_json', 'address', 'aborted', 'internal'] as const)
]

/** The last checks of one peer, the newest in place of the oldest. */
export function createChecks(size: number) {
  const at = new Float64Array(size)
  const durations = new Float32Array(size)
  const outcomes = new Uint8Array(size)
  let next = 0

  return {
    parts: [at, durations, outcomes] as const,
    /** After `parts` were filled from outside. */
    restored() {
      const newest = at.reduce((best, time, slot) => (time > (at[best] ?? 0) ? slot : best), 0)
      next = at[newest] === 0 ? 0 : newest + 1
    },
    add(answer: ProbeAnswer) {
      const slot = next++ % size
      at[slot] = answer.at
      durations[slot] = answer.durationMs
      outcomes[slot] = answer.ok ? 0 : CLASSES.indexOf(answer.class) + 1
    },
    /** Oldest first. */
    last(count: number): Check[] {
      const slots = Array.from({ length: size }, (_, index) => (next + index) % size).filter((slot) => at[slot] !== 0)
      return slots.slice(-count).map((slot) => {
        const failed = CLASSES[(outcomes[slot] ?? 0) - 1]
        const durationMs = Math.round((durations[slot] ?? 0) * 10) / 10
        return { at: at[slot] ?? 0, ok: failed === undefined, durationMs, ...(failed && { class: failed }) }
      })
    }
  }
}
