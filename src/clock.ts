import type { Clock } from '../machines/clock.ts'

/** The time of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer) => clearTimeout(timer)
}

/** Calls back once after `ms`, unless the returned function is called before. */
export function after(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>, ms: number, callback: () => void): () => void {
  const timer: unknown = clock.setTimeout(callback, ms)
  return () => clock.clearTimeout(timer)
}
