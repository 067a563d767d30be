import type { Incident, Problem } from '../../schemas/alerts/incident.ts'
import { PACE } from './pace.ts'
import { isEnded, type Moment, type Surroundings, type Tracked } from './tracked.ts'

/** What of an incident is to be told again; else when to look again. */
export function reminding(
  incident: Incident,
  all: readonly Tracked[],
  { now, wall }: Moment,
  { hushed, remindMs }: Surroundings
): { open: Problem[]; wakes: number[] } {
  const wrong = all.filter((one) => !isEnded(one)).map(({ problem }) => problem)
  if (remindMs === undefined || wrong.length === 0) return { open: [], wakes: [] }
  const open = wrong.filter((problem) => !hushed(problem))
  const waitMs = incident.told + remindMs - wall
  if (open.length > 0 && waitMs <= 0) return { open, wakes: [] }
  return { open: [], wakes: [now + Math.max(waitMs, open.length > 0 ? 0 : PACE.lookAgainMs)] }
}
