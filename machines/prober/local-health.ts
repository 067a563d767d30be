/** When this node should look for the fault at itself. Fed by the prober; knows neither actors nor timers. */
export interface LocalHealthOptions {
  /** A pulse that comes this much too late means that the process stood still. */
  stallMs: number
  /** Failures are doubted this long after a stall: what was waiting then ends only now. */
  aftermathMs: number
  /** The time in which peers are compared with each other. */
  periodMs: number
  /** Fewer peers than this say nothing about ourselves. */
  peers: number
}

const DEFAULT_DOUBT: LocalHealthOptions = { stallMs: 1_000, aftermathMs: 5_000, periodMs: 40_000, peers: 3 }

/** The period is forgotten in so many steps. */
const STEPS = 16

export function createLocalHealth(options: LocalHealthOptions = DEFAULT_DOUBT) {
  /** Newest answer of each peer that was believed to be up, and the step of time in which it came. */
  const heard = new Map<string, { ok: boolean; step: number }>()
  const period = createPeriod(options.periodMs)
  let stalledUntil = Number.NEGATIVE_INFINITY

  return {
    /** Tells when a pulse was due and when it came; answers with how long the process stood still, or 0. */
    pulse(due: number, now: number): number {
      const late = now - due
      if (late < options.stallMs) return 0
      stalledUntil = now
      return late
    },
    heard(id: string, ok: boolean, now: number) {
      const step = period.stepAt(now)
      const known = heard.get(id)
      if (known) {
        period.count(known.step, known.ok, -1)
        // In place: what is set anew at every answer is carried from one collection to the next.
        known.ok = ok
        known.step = step
      } else heard.set(id, { ok, step })
      period.count(step, ok, 1)
    },
    forget(id: string) {
      const known = heard.get(id)
      if (!known) return
      period.count(known.step, known.ok, -1)
      heard.delete(id)
    },
    /** Whether a failure of a probe that began then and ended now may be our own fault. */
    of(began: number, now: number): boolean {
      if (began <= stalledUntil || now - stalledUntil <= options.aftermathMs) return true
      const { answers, failures } = period.at(now)
      return answers >= options.peers && failures * 2 > answers
    }
  }
}

/** How many answers came within the period, and how many of them were failures: counted in steps, the oldest forgotten. */
function createPeriod(periodMs: number) {
  const stepMs = periodMs / STEPS
  const counts = new Int32Array(STEPS)
  const failures = new Int32Array(STEPS)
  let newest = 0

  function stepAt(now: number): number {
    const step = Math.floor(now / stepMs)
    // The new steps take the places of those that are a period old.
    for (let begun = Math.max(newest + 1, step - STEPS + 1); begun <= step; begun++) {
      counts[begun % STEPS] = 0
      failures[begun % STEPS] = 0
    }
    newest = Math.max(newest, step)
    return newest
  }

  return {
    stepAt,
    count(step: number, ok: boolean, by: 1 | -1): void {
      if (step <= newest - STEPS) return
      const at = step % STEPS
      counts[at] = (counts[at] ?? 0) + by
      if (!ok) failures[at] = (failures[at] ?? 0) + by
    },
    at(now: number) {
      stepAt(now)
      return { answers: sum(counts), failures: sum(failures) }
    }
  }
}

const sum = (numbers: Int32Array) => numbers.reduce((all, one) => all + one, 0)
