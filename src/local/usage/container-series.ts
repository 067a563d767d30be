import type { ContainerRange } from '../../schemas/deployments/usage.ts'

/** One look at a container, or what many of them add up to. A figure is null where there was none. */
export interface Point {
  /** Wall milliseconds. */
  at: number
  /** Percent of one processor. */
  cpu: number | null
  /** Bytes. */
  memory: number | null
  /** Bytes a second. */
  rx: number | null
  tx: number | null
  /** Percent of the looks in which it ran. */
  up: number
  /** How often it was started in that time. */
  starts: number
}

/** An hour and a day in 264 points. */
export const STEPS: Record<ContainerRange, { stepMs: number; kept: number }> = {
  hour: { stepMs: 30_000, kept: 120 },
  day: { stepMs: 600_000, kept: 144 }
}
const RANGES = ['hour', 'day'] as const

/** Points that are added up, and those looks that are still to be. */
export interface KeptTier {
  points: Point[]
  open: Point[]
}

export type Series = ReturnType<typeof createSeries>

/** The last hour and day of one container, in a bounded number of points; it may go on where another one ended. */
export function createSeries(kept?: Record<ContainerRange, KeptTier>) {
  const tiers = RANGES.map((range) => {
    const { points, open }: KeptTier = kept?.[range] ?? { points: [], open: [] }
    return { range, points: points.slice(-STEPS[range].kept), open }
  })

  return {
    lastAt: () => tiers[0]?.open.at(-1)?.at ?? 0,

    kept(): Record<ContainerRange, KeptTier> {
      const [hour = { points: [], open: [] }, day = { points: [], open: [] }] = tiers
      return { hour, day }
    },

    record(point: Point): void {
      for (const tier of tiers) {
        const { stepMs, kept } = STEPS[tier.range]
        // What a clock wrote that was ahead, and is right again, would hide what is true now.
        tier.points = tier.points.filter(({ at }) => at <= point.at)
        const [first] = tier.open
        if (first && Math.floor(first.at / stepMs) !== Math.floor(point.at / stepMs)) {
          tier.points = [...tier.points, addedUp(tier.open)].slice(-kept)
          tier.open = []
        }
        tier.open.push(point)
      }
    },

    /** The points of a range that are not too old, and the one that is still being gathered. */
    points(range: ContainerRange, now: number): Point[] {
      const { stepMs, kept } = STEPS[range]
      const tier = tiers.find((one) => one.range === range)
      const all = tier ? [...tier.points, ...(tier.open.length > 0 ? [addedUp(tier.open)] : [])] : []
      return all.filter(({ at }) => at > now - stepMs * kept).slice(-kept)
    }
  }
}

function addedUp(points: readonly Point[]): Point {
  const mean = (name: 'cpu' | 'memory' | 'rx' | 'tx' | 'up') => {
    const known = points.flatMap((point) => point[name] ?? [])
    return known.length === 0 ? null : round(known.reduce((sum, value) => sum + value, 0) / known.length)
  }
  return {
    at: points.at(-1)?.at ?? 0,
    ...{ cpu: mean('cpu'), memory: mean('memory'), rx: mean('rx'), tx: mean('tx') },
    up: mean('up') ?? 0,
    starts: points.reduce((sum, { starts }) => sum + starts, 0)
  }
}

const round = (value: number) => Math.round(value * 100) / 100
