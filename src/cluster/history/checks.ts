import type { FailureClass, ProbeAnswer } from '../../schemas/health.ts'
import type { Room } from './arena.ts'

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
  ...(['key_refused', 'too_large', 'bad_json', 'address', 'aborted', 'internal'] as const),
  ...(['forbidden', 'clock_skew', 'unlinked'] as const)
]

/** The last checks of one peer, the newest in place of the oldest. */
export class Checks {
  readonly #at: Float64Array
  readonly #durations: Float32Array
  readonly #outcomes: Uint8Array
  #next = 0

  constructor(room: Room, size: number) {
    this.#at = room.take(Float64Array, size)
    this.#durations = room.take(Float32Array, size)
    this.#outcomes = room.take(Uint8Array, size)
  }

  /** After the room was filled from outside. */
  restored() {
    const at = this.#at
    const newest = at.reduce((best, time, slot) => (time > (at[best] ?? 0) ? slot : best), 0)
    this.#next = at[newest] === 0 ? 0 : newest + 1
  }

  /** Drops what a clock wrote that was far ahead. */
  forgetAfter(limit: number) {
    if (!this.#at.some((time) => time > limit)) return
    for (const [slot, time] of this.#at.entries()) if (time > limit) this.#at[slot] = 0
    this.restored()
  }

  add(answer: ProbeAnswer) {
    const slot = this.#next++ % this.#at.length
    this.#at[slot] = answer.at
    this.#durations[slot] = answer.durationMs
    this.#outcomes[slot] = answer.ok ? 0 : CLASSES.indexOf(answer.class) + 1
  }

  /** Oldest first. */
  last(count: number): Check[] {
    const size = this.#at.length
    const slots = Array.from({ length: size }, (_, index) => (this.#next + index) % size)
    return slots
      .filter((slot) => this.#at[slot] !== 0)
      .slice(-count)
      .map((slot) => this.#checkIn(slot))
  }

  #checkIn(slot: number): Check {
    const failed = CLASSES[(this.#outcomes[slot] ?? 0) - 1]
    const durationMs = Math.round((this.#durations[slot] ?? 0) * 10) / 10
    return { at: this.#at[slot] ?? 0, ok: failed === undefined, durationMs, ...(failed && { class: failed }) }
  }
}
