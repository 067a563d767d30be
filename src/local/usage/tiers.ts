import type { UsagePast, UsageRange } from '../../schemas/deployments/usage.ts'

/** One look at the machine, or the mean of many. */
export interface UsagePoint {
  at: number
  cpu: number
  memory: number
  disk: number
  load: number
}

/** How long a point stands for, and how many are kept: an hour, a day and a week in under 2,000 points. */
export const TIERS: Record<UsageRange, { stepMs: number; kept: number }> = {
  hour: { stepMs: 10_000, kept: 360 },
  day: { stepMs: 120_000, kept: 720 },
  week: { stepMs: 900_000, kept: 672 }
}
/** A clock that is put right by this much or less has written nothing that is worth dropping. */
const STEP_BACK_MS = 300_000
const RANGES = ['hour', 'day', 'week'] as const
const FIGURES = ['cpu', 'memory', 'disk', 'load'] as const

/** Keeps looks at the machine in three finenesses: each coarser point is the mean of what was seen in its span. */
export function createUsageTiers(kept: Partial<Record<UsageRange, readonly UsagePoint[]>> = {}) {
  const tiers = RANGES.map((range) => ({ range, points: [...(kept[range] ?? [])], open: emptyFor<UsagePoint>() }))

  return {
    record(point: UsagePoint): void {
      for (const tier of tiers) {
        if (lastOf(tier) > point.at + STEP_BACK_MS) forgetAfter(tier, point.at)
        const { stepMs, kept: most } = TIERS[tier.range]
        const first = tier.open[0]
        if (first && spanOf(first.at, stepMs) !== spanOf(point.at, stepMs)) {
          tier.points.push(mean(tier.open))
          tier.points.splice(0, tier.points.length - most)
          tier.open = []
        }
        tier.open.push(point)
      }
    },

    /** The points of a range, and the one that is still being gathered. */
    view(range: UsageRange): UsagePast {
      const tier = tiers.find((one) => one.range === range)
      const points = tier ? [...tier.points, ...(tier.open.length > 0 ? [mean(tier.open)] : [])] : []
      const column = (name: keyof UsagePoint) => points.map((point) => point[name])
      return {
        range,
        step_ms: TIERS[range].stepMs,
        at: column('at'),
        cpu: column('cpu'),
        memory: column('memory'),
        disk: column('disk'),
        load: column('load')
      }
    },

    /** What another one can begin with. */
    points: () => Object.fromEntries(tiers.map(({ range, points }) => [range, points]))
  }
}

interface Tier {
  points: UsagePoint[]
  open: UsagePoint[]
}

const lastOf = ({ points, open }: Tier) => open.at(-1)?.at ?? points.at(-1)?.at ?? 0

/** Drops what a clock wrote that was far ahead and is right again. */
function forgetAfter(tier: Tier, at: number): void {
  tier.points = tier.points.filter((point) => point.at <= at)
  tier.open = tier.open.filter((point) => point.at <= at)
}

const emptyFor = <T>(): T[] => []
const spanOf = (at: number, stepMs: number) => Math.floor(at / stepMs)

function mean(points: readonly UsagePoint[]): UsagePoint {
  const of = (name: (typeof FIGURES)[number]) => {
    const sum = points.reduce((all, point) => all + point[name], 0)
    return Math.round((sum / points.length) * 100) / 100
  }
  return { at: points.at(-1)?.at ?? 0, cpu: of('cpu'), memory: of('memory'), disk: of('disk'), load: of('load') }
}
