import type { Incident } from '../../schemas/alerts/incident.ts'
import { areMost } from '../../schemas/health.ts'
import { isUnmet } from '../peer-faults.ts'
import { gatherMs, PACE } from './pace.ts'
import type { Moment, Surroundings, Tracked } from './tracked.ts'

interface Waiting {
  /** Of what nobody was told yet, and what is part of nothing else. */
  free: readonly Tracked[]
  /** How many messages went out lately. */
  sentLately: number
  /** How many peers there are of which nobody was told. */
  reachable: number
}

/** What has waited long enough to be told, each group in a message of its own; else when to look again. */
export function beginning(
  { free, sentLately, reachable }: Waiting,
  { now }: Moment,
  { hushed }: Surroundings
): { groups: Tracked[][]; wakes: number[] } {
  const wakes: number[] = []
  const ready: Tracked[] = []
  for (const one of free) {
    if (one.dueAt > now) wakes.push(one.dueAt)
    else if (hushed(one.problem)) wakes.push(now + PACE.lookAgainMs)
    else ready.push(one)
  }
  if (ready.length === 0) return { groups: [], wakes }
  const gatheredAt = Math.min(...ready.map(({ dueAt }) => dueAt)) + gatherMs(sentLately)
  if (gatheredAt > now) return { groups: [], wakes: [...wakes, gatheredAt] }
  const kinds = Map.groupBy(ready, kindOf)
  const [fallen = [], links = [], others = []] = KINDS.map((kind) => kinds.get(kind))
  const isPeer = fallen.length + links.length > 0
  const away = isPeer ? free.filter((one) => kindOf(one) !== 'others' && !hushed(one.problem)) : []
  const isCut = outageOf(away, reachable) === 'cut'
  const groups = isCut ? [away, others] : [withTheirs(fallen, free, hushed), links, others]
  return { groups: groups.filter((group) => group.length > 0), wakes }
}

const KINDS = ['fallen', 'links', 'others'] as const

const kindOf = ({ problem: { kind, local } }: Tracked) => (kind !== 'peer' ? 'others' : local ? 'links' : 'fallen')

/** Peers that fell by the same cause, also where it is not their time yet. */
function withTheirs(fallen: Tracked[], free: readonly Tracked[], hushed: Surroundings['hushed']): Tracked[] {
  const [cause] = fallen
  if (!cause) return []
  const together = free.filter(
    (one) =>
      kindOf(one) === 'fallen' &&
      Math.abs(one.problem.since - cause.problem.since) <= PACE.oneCutMs &&
      !hushed(one.problem)
  )
  return [...new Set([...fallen, ...together])]
}

/** Where most peers went, whatever is said of each by now, and nobody that is reached says so too, the fault may be here. */
export function outageOf(peers: readonly Tracked[], reachable: number): Incident['kind'] {
  const alone = peers.filter(({ problem }) => !problem.confirmed && isUnmet(problem.title))
  if (areMost(alone.length, reachable)) return 'cut'
  return peers[0]?.problem.local ? 'links' : 'peers'
}
