import { randomUUID } from 'node:crypto'
import type { Incident, Problem } from '../../schemas/alerts/incident.ts'
import { areMost } from '../../schemas/health.ts'
import { beginning, outageOf } from './beginning.ts'
import { ending } from './ending.ts'
import { PACE } from './pace.ts'
import { createRelapses } from './relapses.ts'
import { reminding } from './reminding.ts'
import { type Ended, isEnded, type Moment, type Notice, type Surroundings, type Tracked } from './tracked.ts'

/**
 * Which problems belong together, and when somebody is told of them. It has no clock, no store and no network: it is told
 * what opens and what closes, and answers what is to be said by now and when to ask again.
 */
export function createIncidents(restored: readonly Incident[] = []) {
  const tracked = new Map<string, Tracked>()
  const incidents = new Map<string, Incident>()
  const relapses = createRelapses()
  let sent: number[] = []

  for (const incident of restored) {
    incidents.set(incident.id, incident)
    for (const { ended, outcome, ...problem } of incident.problems)
      if (ended === undefined) tracked.set(problem.key, { problem, openedAt: 0, dueAt: 0, incident })
  }

  const openOne = (wanted: Incident['kind']) => [...incidents.values()].find(({ kind }) => kind === wanted)
  const belonging = (incident: Incident) => [...tracked.values()].filter((one) => one.incident === incident)

  /** It is wrong, and somebody is told when it has been so for `holdMs`. Again for each change of its words. */
  function open(problem: Problem, holdMs: number, now: number): void {
    const known = tracked.get(problem.key)
    if (!known || isEnded(known)) relapses.began(problem.key, now)
    if (!known) {
      tracked.set(problem.key, { problem, openedAt: now, dueAt: now + holdMs })
      return
    }
    // What it looks like by now counts: a link may turn out to be an outage, and the other way round.
    known.dueAt = known.openedAt + holdMs
    known.problem = { ...problem, since: known.problem.since, ...keptOf(known.problem) }
    delete known.endedAt
    delete known.outcome
    // Whoever was told of a link is to be told of the outage.
    if (known.incident?.kind === 'links' && !problem.local) leave(known, known.incident)
  }

  /** It is well again, in words that may follow from what it was. */
  function close(key: string, outcome: string | ((was: Problem) => string), now: number): void {
    const known = tracked.get(key)
    if (!known) return
    const words = typeof outcome === 'string' ? outcome : outcome(known.problem)
    if (!known.incident) tracked.delete(key)
    else if (!isEnded(known)) Object.assign(known, { endedAt: now, outcome: words })
  }

  /** These are nobody's business any more, and no end of theirs is told. */
  function drop(gone: (problem: Problem) => boolean): void {
    for (const [key, one] of tracked) {
      if (!gone(one.problem)) continue
      tracked.delete(key)
      if (one.incident) leave(one, one.incident)
    }
  }

  function take(one: Tracked, incident: Incident): void {
    one.incident = incident
    incident.problems = [...incident.problems.filter(({ key }) => key !== one.problem.key), one.problem]
  }

  function leave(one: Tracked, incident: Incident): void {
    delete one.incident
    incident.problems = incident.problems.filter(({ key }) => key !== one.problem.key)
    settle(incident, belonging(incident).length)
  }

  /** What becomes of an incident of which so many problems are left. */
  function settle(incident: Incident, left: number): void {
    if (left === 0) incidents.delete(incident.id)
    else if (incident.kind === 'cut' && !areMost(left, incident.members)) incident.kind = 'peers'
  }

  function step(at: Moment, around: Surroundings): { notices: Notice[]; next: number | undefined } {
    relapses.forgetOld(at.now)
    sent = sent.filter((one) => at.now - one < PACE.messagesWithinMs)
    const wakes: number[] = []
    const notices = [...begun(at, around, wakes), ...over(at, around, wakes), ...reminders(at, around, wakes)]
    // What was held back by what is told now is looked at once more.
    if (notices.length > 0) wakes.push(at.now)
    return { notices, next: wakes.length > 0 ? Math.max(at.now, Math.min(...wakes)) : undefined }
  }

  function begun(at: Moment, around: Surroundings, wakes: number[]): Notice[] {
    joinOpen(at.now)
    const free = [...tracked.values()].filter(({ incident, problem }) => !incident && !overshadowed(problem))
    const reachable = around.members - toldPeers().length
    const { groups, wakes: later } = beginning({ free, sentLately: sent.length, reachable }, at, around)
    wakes.push(...later)
    return groups.flatMap((group) => {
      // What is wrong elsewhere too is no news once this server was found to reach nobody.
      const left = group.filter(({ problem }) => !overshadowed(problem))
      return left.length > 0 ? [begin(left, at, around)] : []
    })
  }

  /** Those that were down before say nothing of what happens now. */
  const toldPeers = () =>
    [...tracked.values()].filter((one) => one.problem.kind === 'peer' && !isEnded(one) && one.incident)

  function begin(all: readonly Tracked[], at: Moment, { members }: Surroundings): Notice {
    const isPeers = all[0]?.problem.kind === 'peer'
    const reachable = members - toldPeers().length
    const incident: Incident = {
      id: randomUUID(),
      kind: isPeers ? outageOf(all, reachable) : 'others',
      since: Math.min(...all.map(({ problem }) => problem.since)),
      told: at.wall,
      members: isPeers ? reachable : members,
      problems: []
    }
    incidents.set(incident.id, incident)
    for (const one of all) take(one, incident)
    sent.push(at.now)
    return { type: 'opened', incident, told: incident.problems, open: incident.problems }
  }

  /** Peers that fall while this server seems to be cut off belong to that, and a link to the links of which was told. */
  function joinOpen(now: number): void {
    const [cut, links] = [openOne('cut'), openOne('links')]
    for (const one of tracked.values()) {
      if (one.incident || one.problem.kind !== 'peer') continue
      if (cut) take(one, cut)
      else if (links && one.problem.local && one.dueAt <= now) take(one, links)
    }
  }

  /** What is wrong on a server that is away is part of that; and what is elsewhere, while this server is cut off. */
  function overshadowed({ kind, server_id }: Problem): boolean {
    if (kind === 'peer' || server_id === 'self') return false
    const away = tracked.get(peerKey(server_id))
    return (away !== undefined && !isEnded(away)) || openOne('cut') !== undefined
  }

  function over(at: Moment, around: Surroundings, wakes: number[]): Notice[] {
    return [...incidents.values()].flatMap((incident) => {
      const all = belonging(incident)
      const { calm, wakes: later } = ending(incident, all, relapses.of, at, around)
      wakes.push(...later)
      return calm.length > 0 ? [end(incident, calm, all, at)] : []
    })
  }

  function end(incident: Incident, calm: readonly Ended[], all: readonly Tracked[], at: Moment): Notice {
    const told = calm.map(({ problem, outcome = '', endedAt }) => ({
      ...problem,
      ended: Math.round(at.wall - (at.now - endedAt)),
      outcome
    }))
    const ended = new Map(told.map((one) => [one.key, one]))
    incident.problems = incident.problems.map((one) => ended.get(one.key) ?? one)
    incident.told = at.wall
    for (const { key } of told) tracked.delete(key)
    const left = all.filter(({ problem }) => !ended.has(problem.key))
    // What is over, and not calm yet, is told later; it is not wrong any more.
    const open = left.filter((one) => !isEnded(one)).map(({ problem }) => problem)
    sent.push(at.now)
    settle(incident, left.length)
    return { type: left.length === 0 ? 'closed' : 'changed', incident, told, open }
  }

  function reminders(at: Moment, around: Surroundings, wakes: number[]): Notice[] {
    return [...incidents.values()].flatMap((incident): Notice[] => {
      const { open, wakes: later } = reminding(incident, belonging(incident), at, around)
      wakes.push(...later)
      if (open.length === 0) return []
      incident.told = at.wall
      return [{ type: 'reminder', incident, told: open, open }]
    })
  }

  return {
    open,
    close,
    drop,
    step,
    /** Somebody was told of it, and its end was not told yet. */
    told: (key: string) => tracked.get(key)?.incident !== undefined,
    /** Everything that is wrong and known of, told or not. */
    problems: () => [...tracked.values()].flatMap((one) => (isEnded(one) ? [] : [one.problem])),
    all: (): readonly Incident[] => [...incidents.values()]
  }
}

export type Incidents = ReturnType<typeof createIncidents>

/** The problem that a peer is away. */
export const peerKey = (id: string) => `peer ${id}`

/** What was last known stays what it was when it began. */
const keptOf = ({ known }: Problem) => (known === undefined ? {} : { known })
