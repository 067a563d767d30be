import type { Clock } from '../clock.ts'

const PULSE_MS = 500

export interface PulseOptions {
  clock: Clock
  /** Told of each beat when it was due and when it came; answers with how long the process stood still, or 0. */
  beaten(due: number, now: number): number
  onStall?: ((stalledMs: number) => void) | undefined
}

/** Beats twice a second, and so notices that the process stood still: stopped, swapped out, or busy. */
export function createStallDetector({ clock, beaten, onStall }: PulseOptions) {
  let due = 0
  let timer: unknown
  beat(clock.now())

  function beat(wasDue: number) {
    const now = clock.now()
    const stalledMs = beaten(wasDue, now)
    clock.clearTimeout(timer)
    due = now + PULSE_MS
    timer = clock.setTimeout(() => beat(due), PULSE_MS)
    if (stalledMs > 0) onStall?.(stalledMs)
  }

  return {
    /** Beats if it is overdue: what waited while the process stood still is heard before the timer that would tell. */
    keep() {
      if (clock.now() - due >= PULSE_MS) beat(due)
    },
    stop: () => clock.clearTimeout(timer)
  }
}
