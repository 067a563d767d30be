/** When this node should look for the fault at itself. Fed by the prober; knows neither actors nor timers. */
export interface DoubtOptions {
  /** A pulse that comes this much too late means that the process stood still. */
  stallMs: number
  /** Failures are doubted this long after a stall: what was waiting then ends only now. */
  aftermathMs: number
  /** The time in which peers are compared with each other. */
  periodMs: number
  /** Fewer peers than this say nothing about ourselves. */
  peers: number
}

export const DEFAULT_DOUBT: DoubtOptions = { stallMs: 1_000, aftermathMs: 5_000, periodMs: 40_000, peers: 3 }

export function createDoubt(options: DoubtOptions = DEFAULT_DOUBT) {
  /** Newest answer of each peer that was believed to be up; the oldest first. */
  const heard = new Map<string, { ok: boolean; at: number }>()
  let failing = 0
  let stalledUntil = Number.NEGATIVE_INFINITY

  const drop = (id: string) => {
    if (heard.get(id)?.ok === false) failing--
    heard.delete(id)
  }
  const dropOlderThan = (time: number) => {
    for (const [id, { at }] of heard) {
      if (at >= time) return
      drop(id)
    }
  }

  return {
    /** Tells when a pulse was due and when it came; answers with how long the process stood still, or 0. */
    pulse(due: number, now: number): number {
      const late = now - due
      if (late < options.stallMs) return 0
      stalledUntil = now
      return late
    },
    heard(id: string, ok: boolean, now: number) {
      drop(id)
      heard.set(id, { ok, at: now })
      if (!ok) failing++
    },
    forget: drop,
    /** Whether a failure of a probe that began then and ended now may be our own fault. */
    of(began: number, now: number): boolean {
      if (began <= stalledUntil || now - stalledUntil <= options.aftermathMs) return true
      dropOlderThan(now - options.periodMs)
      return heard.size >= options.peers && failing * 2 > heard.size
    }
  }
}

export type Doubt = ReturnType<typeof createDoubt>
