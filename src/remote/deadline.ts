import type { Clock } from '../../machines/clock.ts'
import { after, systemClock } from '../clock.ts'

const LATE_MS = 100
const GRACE_MS = 250

/**
 * Calls back after `ms`, unless it is stopped before. When the timer itself comes late, the process was stalled or
 * stopped, and the answer may lie in the kernel already: it gets one short grace to be read.
 */
export function startDeadline(ms: number, expired: () => void, clock: Clock = systemClock): () => void {
  const due = clock.now() + ms
  let stop = after(clock, ms, () => {
    if (clock.now() - due <= LATE_MS) expired()
    else stop = after(clock, GRACE_MS, expired)
  })
  return () => stop()
}
