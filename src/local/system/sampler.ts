import type { CpuTimes } from './proc.ts'

export interface SamplerOptions {
  read: () => Promise<CpuTimes | undefined>
  /** Monotonic milliseconds. */
  now: () => number
}

interface Sample {
  at: number
  times: CpuTimes
}

/** Shorter than this, a few ticks of the clock decide the result. */
const SHORTEST_MS = 1_000

/**
 * How busy the processors are, from the difference of two samples. `sample` is called now and then by a timer; a
 * request takes one more and compares it with the newest that is old enough, so nobody waits. When there is none yet,
 * the answer is the mean since boot, and `windowMs` says so by being absent.
 */
export function createSampler({ read, now }: SamplerOptions) {
  let samples: readonly Sample[] = []

  return {
    async sample(): Promise<void> {
      const taken = await take()
      if (taken) samples = [...samples.slice(-1), taken]
    },

    async usage(): Promise<{ percent: number; windowMs?: number } | undefined> {
      const current = await take()
      if (!current) return undefined
      const before = samples.findLast(({ at }) => current.at - at >= SHORTEST_MS)
      if (!before) return { percent: busy(current.times, { total: 0, idle: 0 }) }
      return { percent: busy(current.times, before.times), windowMs: current.at - before.at }
    }
  }

  async function take(): Promise<Sample | undefined> {
    const times = await read()
    return times && { at: now(), times }
  }
}

function busy(later: CpuTimes, earlier: CpuTimes): number {
  const total = later.total - earlier.total
  const idle = later.idle - earlier.idle
  // Idle time may step back by a tick when a processor is taken away.
  if (total <= 0) return 0
  return Math.round(Math.min(100, Math.max(0, (1 - idle / total) * 100)) * 10) / 10
}
