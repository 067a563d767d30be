import { type Static, Type } from 'typebox'
import { keepInFile, readKept } from '../../kept-file.ts'
import type { SystemStats } from '../../schemas/deployments/stats.ts'
import type { UsagePast, UsageRange } from '../../schemas/deployments/usage.ts'
import { createUsageTiers, TIERS } from './tiers.ts'

export interface UsageRecorderOptions {
  measure: () => Promise<SystemStats>
  /** Where the past is kept while the agent does not run. */
  file: string
  /** Told when the file cannot be written; the past then lasts as long as the process. */
  onFault: (fault: unknown) => void
  /** Wall milliseconds. */
  now?: () => number
}

const Point = Type.Object({
  at: Type.Number(),
  cpu: Type.Number(),
  memory: Type.Number(),
  disk: Type.Number(),
  load: Type.Number()
})
const Kept = Type.Object({ hour: Type.Array(Point), day: Type.Array(Point), week: Type.Array(Point) })

/** Looks at this machine every ten seconds and remembers a week of it. */
export function createUsageRecorder({ measure, file, onFault, now = Date.now }: UsageRecorderOptions) {
  const tiers = createUsageTiers(fresh(readKept(file, Kept), now()))
  const looking = setInterval(() => void look(), TIERS.hour.stepMs).unref()
  const endKeeping = keepInFile({ file, records: () => [tiers.points()], onFault })
  void look()

  async function look(): Promise<void> {
    try {
      const { cpu, memory, disk, load_avg } = await measure()
      tiers.record({
        at: now(),
        cpu: cpu.usage_percent,
        memory: memory.usage_percent,
        disk: disk.usage_percent,
        load: load_avg.load1
      })
    } catch (fault) {
      onFault(fault)
    }
  }

  return {
    view: (range: UsageRange): UsagePast => tiers.view(range),
    close(): void {
      clearInterval(looking)
      endKeeping()
    }
  }
}

/** What was kept, without what is too old by now or of another time altogether. */
function fresh(kept: Static<typeof Kept> | undefined, now: number): Partial<Static<typeof Kept>> {
  if (!kept) return {}
  const of = (range: UsageRange) => {
    const { stepMs, kept: most } = TIERS[range]
    return kept[range].filter(({ at }) => at <= now && at > now - stepMs * most).slice(-most)
  }
  return { hour: of('hour'), day: of('day'), week: of('week') }
}
