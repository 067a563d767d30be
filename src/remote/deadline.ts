/** Monotonic time, and timers on it; tests move one of their own. */
export interface Clock {
  now(): number
  /** Calls back once after `ms`, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}

const LATE_MS = 100
const GRACE_MS = 250

/**
 * Calls back after `ms`, unless it is stopped before. When the timer itself comes late, the process was stalled or
 * stopped, and the answer may lie in the kernel already: it gets one short grace to be read.
 */
export function startDeadline(ms: number, expired: () => void, clock: Clock = systemClock): () => void {
  const due = clock.now() + ms
  let stop = clock.after(ms, () => {
    if (clock.now() - due <= LATE_MS) expired()
    else stop = clock.after(GRACE_MS, expired)
  })
  return () => stop()
}
