import type { Incident } from '../../schemas/alerts/incident.ts'
import { calmMs, gatherMs, PACE } from './pace.ts'
import { type Ended, isEnded, type Moment, type Surroundings, type Tracked } from './tracked.ts'

/** What of an incident has been over for long enough to be told; else when to look again. */
export function ending(
  { kind }: Incident,
  all: readonly Tracked[],
  relapses: (key: string) => number,
  { now }: Moment,
  { hushed }: Surroundings
): { calm: Ended[]; wakes: number[] } {
  const over = all.filter(isEnded)
  const ended = over.filter(({ problem }) => !hushed(problem))
  const wakes = ended.length < over.length ? [now + PACE.lookAgainMs] : []
  const whole = ended.length === all.length
  // Links that come and go are one bad wire: its end is news.
  if (ended.length === 0 || (kind === 'links' && !whole)) return { calm: [], wakes }
  const calmAt = (one: Ended) => one.endedAt + calmMs(one.problem.kind, relapses(one.problem.key))
  const last = Math.max(...ended.map(({ endedAt }) => endedAt))
  const calm = ended.map(calmAt)
  const dueAt = whole ? Math.max(last + gatherMs(0), ...calm) : Math.max(last + PACE.settleMs, Math.min(...calm))
  if (dueAt > now) return { calm: [], wakes: [...wakes, dueAt] }
  return { calm: ended.filter((one) => calmAt(one) <= now), wakes }
}
