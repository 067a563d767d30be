import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
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

const WRITE_EVERY_MS = 300_000

/** Looks at this machine every ten seconds and remembers a week of it. The figures are no secret and no fact: losing them is no fault. */
export function createUsageRecorder({ measure, file, onFault, now = Date.now }: UsageRecorderOptions) {
  const tiers = createUsageTiers(read(file, now()))
  const looking = setInterval(() => void look(), TIERS.hour.stepMs).unref()
  const writing = setInterval(write, WRITE_EVERY_MS).unref()
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

  function write(): void {
    try {
      writeFileSync(`${file}.new`, JSON.stringify(tiers.points()), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    } catch (fault) {
      onFault(fault)
    }
  }

  return {
    view: (range: UsageRange): UsagePast => tiers.view(range),
    close(): void {
      clearInterval(looking)
      clearInterval(writing)
      write()
    }
  }
}

/** What was kept, without what is too old by now or of another time altogether. */
function read(file: string, now: number): Partial<Static<typeof Kept>> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!Value.Check(Kept, kept)) return {}
    const fresh = (range: UsageRange) => {
      const { stepMs, kept: most } = TIERS[range]
      return kept[range].filter(({ at }) => at <= now && at > now - stepMs * most).slice(-most)
    }
    return { hour: fresh('hour'), day: fresh('day'), week: fresh('week') }
  } catch {
    return {}
  }
}
