import type { Clock } from '../clock.ts'

export interface ProbeLimits {
  /** Probes that may do work at once. */
  concurrency: number
  /** A probe that waits longer than this does no work, and makes room; so hanging peers delay nobody. */
  slowAfterMs: number
  /** Probes in flight, waiting ones included: a bound for sockets. */
  inFlight: number
}

interface Probe {
  began: number
  slow: boolean
}

interface ProbeLimitOptions<P extends Probe> extends ProbeLimits {
  clock: Clock
  /** Sets a timer whose faults are the prober's. */
  later: (delayMs: number, work: () => void) => unknown
  isOver: (probe: P) => boolean
  /** It only waits from here on. */
  onSlow: (probe: P) => void
}

/** How many probes work at once, and how many are in flight. */
export function createProbeLimit<P extends Probe>(options: ProbeLimitOptions<P>) {
  const { clock, concurrency, slowAfterMs, inFlight, later, isOver, onSlow } = options
  /** The oldest first: those that may turn out to be slow. */
  const fresh: P[] = []
  let slowTimer: unknown
  let open = 0
  let working = 0

  /** One timer for all probes: nearly all are answered before it would tell. */
  function passSlow() {
    const now = clock.now()
    while (fresh[0] && (isOver(fresh[0]) || now - fresh[0].began >= slowAfterMs)) {
      const probe = fresh.shift()
      if (!probe || isOver(probe)) continue
      probe.slow = true
      working--
      onSlow(probe)
    }
    slowTimer = fresh[0] && later(fresh[0].began + slowAfterMs - now, passSlow)
  }

  return {
    hasRoom: () => working < concurrency && open < inFlight,
    began(probe: P): void {
      fresh.push(probe)
      slowTimer ??= later(slowAfterMs, passSlow)
      open++
      working++
    },
    ended({ slow }: P): void {
      open--
      if (!slow) working--
    },
    stop(): void {
      clock.clearTimeout(slowTimer)
      fresh.length = 0
    }
  }
}
