import { randomUUID } from 'node:crypto'
import type { Incident, IncidentProblem, Problem } from '../schemas/alerts/incident.ts'
import { areMost } from '../schemas/health.ts'
import { calmMs, gatherMs, PACE } from './pace.ts'
import { createRelapses } from './relapses.ts'

/** One moment on both clocks: `now` measures, `wall` is for people. */
export interface Moment {
  now: number
  wall: number
}

/** What is to be told now: `told` is what this is about, `open` what is still wrong. */
export interface Notice {
  type: 'opened' | 'changed' | 'closed' | 'reminder'
  incident: Incident
  told: readonly IncidentProblem[]
  open: readonly IncidentProblem[]
}

export interface Surroundings {
  /** Nobody is to be told of it now. */
  hushed(problem: Problem): boolean
  /** How many peers there are. */
  members: number
  /** Milliseconds between reminders; undefined for none. */
  remindMs?: number | undefined
}

interface Tracked {
  problem: Problem
  openedAt: number
  dueAt: number
  incident?: Incident
  endedAt?: number
  outcome?: string
}

type Ended = Tracked & { endedAt: number }

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

  /** It is wrong, and somebody is told when it has been so for `holdMs`. Again for each change of its words. */
  function open(problem: Problem, holdMs: number, now: number): void {
    const known = tracked.get(problem.key)
    if (!known || known.endedAt !== undefined) relapses.began(problem.key, now)
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

  /** It is well again. */
  function close(key: string, outcome: string, now: number): void {
    const known = tracked.get(key)
    if (!known) return
    if (!known.incident) tracked.delete(key)
    else if (known.endedAt === undefined) Object.assign(known, { endedAt: now, outcome })
  }

  /** These are nobody's business any more, and no end of theirs is told. Gives the incidents that changed by it. */
  function drop(gone: (problem: Problem) => boolean): void {
    for (const [key, { problem, incident }] of tracked) {
      if (!gone(problem)) continue
      const one = tracked.get(key)
      tracked.delete(key)
      if (one && incident) leave(one, incident)
    }
  }

  function leave(one: Tracked, incident: Incident): void {
    delete one.incident
    incident.problems = incident.problems.filter(({ key }) => key !== one.problem.key)
    const left = belonging(incident).length
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
    const waiting = [...tracked.values()].filter(({ incident }) => !incident)
    const free = waiting.filter(({ problem }) => !overshadowed(problem))
    const ready: Tracked[] = []
    for (const one of free) {
      if (one.dueAt > at.now) wakes.push(one.dueAt)
      else if (around.hushed(one.problem)) wakes.push(at.now + PACE.lookAgainMs)
      else ready.push(one)
    }
    if (ready.length === 0) return []
    const gatheredAt = Math.min(...ready.map(({ dueAt }) => dueAt)) + gatherMs(sent.length)
    if (gatheredAt > at.now) {
      wakes.push(gatheredAt)
      return []
    }
    const links = ready.filter(({ problem }) => problem.kind === 'peer' && problem.local)
    const peers = ready.filter(({ problem }) => problem.kind === 'peer' && !problem.local)
    const cause = peers[0]?.problem
    const together = free.filter(
      ({ problem }) =>
        cause &&
        problem.kind === 'peer' &&
        !problem.local &&
        Math.abs(problem.since - cause.since) <= PACE.oneCutMs &&
        !around.hushed(problem)
    )
    const ofCut = [...new Set([...peers, ...together])]
    const opened = [ofCut, links].flatMap((all) => (all.length > 0 ? [begin(all, at, around)] : []))
    // What is wrong elsewhere too is no news while this server reaches nobody.
    const others = ready.filter(({ problem }) => problem.kind !== 'peer' && !overshadowed(problem))
    return others.length > 0 ? [...opened, begin(others, at, around)] : opened
  }

  function begin(all: readonly Tracked[], at: Moment, { members }: Surroundings): Notice {
    const isPeers = all[0]?.problem.kind === 'peer'
    const ofPeers = all[0]?.problem.local ? 'links' : 'peers'
    // Those that were down before say nothing of what happened now.
    const before = [...tracked.values()].filter(
      ({ problem, endedAt, incident }) => problem.kind === 'peer' && endedAt === undefined && incident
    )
    const reachable = members - before.length
    const incident: Incident = {
      id: randomUUID(),
      kind: !isPeers ? 'others' : areMost(all.length, reachable) ? 'cut' : ofPeers,
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

  function take(one: Tracked, incident: Incident): void {
    one.incident = incident
    incident.problems = [...incident.problems.filter(({ key }) => key !== one.problem.key), one.problem]
  }

  /** What is wrong on a server that is away is part of that; and what is elsewhere, while this server is cut off. */
  function overshadowed({ kind, server_id }: Problem): boolean {
    if (kind === 'peer' || server_id === 'self') return false
    const away = tracked.get(peerKey(server_id))
    return (away !== undefined && away.endedAt === undefined) || openOne('cut') !== undefined
  }

  const openOne = (wanted: Incident['kind']) => [...incidents.values()].find(({ kind }) => kind === wanted)
  const belonging = (incident: Incident) => [...tracked.values()].filter((one) => one.incident === incident)

  function over(at: Moment, around: Surroundings, wakes: number[]): Notice[] {
    return [...incidents.values()].flatMap((incident) => {
      const all = belonging(incident)
      const over = all.filter((one): one is Ended => one.endedAt !== undefined)
      const ended = over.filter(({ problem }) => !around.hushed(problem))
      if (ended.length < over.length) wakes.push(at.now + PACE.lookAgainMs)
      if (ended.length === 0) return []
      const whole = ended.length === all.length
      // Links that come and go are one bad wire: its end is news.
      if (incident.kind === 'links' && !whole) return []
      const calmAt = ended.map(({ problem: { kind, key }, endedAt }) => endedAt + calmMs(kind, relapses.of(key)))
      const last = Math.max(...ended.map(({ endedAt }) => endedAt))
      const dueAt = whole
        ? Math.max(last + gatherMs(0), ...calmAt)
        : Math.max(last + PACE.settleMs, Math.min(...calmAt))
      if (dueAt > at.now) {
        wakes.push(dueAt)
        return []
      }
      const calm = ended.filter((_, index) => (calmAt[index] ?? 0) <= at.now)
      return [end(incident, calm, all, at)]
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
    for (const { key } of told) tracked.delete(key)
    const left = all.filter((one) => !calm.some((over) => over === one))
    // What is over, and not calm yet, is told later; it is not wrong any more.
    const open = left.filter(({ endedAt }) => endedAt === undefined).map(({ problem }) => problem)
    incident.told = at.wall
    sent.push(at.now)
    if (left.length === 0) incidents.delete(incident.id)
    else if (incident.kind === 'cut' && !areMost(left.length, incident.members)) incident.kind = 'peers'
    return { type: left.length === 0 ? 'closed' : 'changed', incident, told, open }
  }

  function reminders(at: Moment, { hushed, remindMs }: Surroundings, wakes: number[]): Notice[] {
    if (remindMs === undefined) return []
    return [...incidents.values()].flatMap((incident): Notice[] => {
      const wrong = belonging(incident).flatMap(({ problem, endedAt }) => (endedAt === undefined ? [problem] : []))
      const open = wrong.filter((problem) => !hushed(problem))
      const waitMs = incident.told + remindMs - at.wall
      if (open.length === 0 || waitMs > 0) {
        if (wrong.length > 0) wakes.push(at.now + Math.max(waitMs, open.length > 0 ? 0 : PACE.lookAgainMs))
        return []
      }
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
    problems: () => [...tracked.values()].flatMap(({ problem, endedAt }) => (endedAt === undefined ? [problem] : [])),
    all: (): readonly Incident[] => [...incidents.values()]
  }
}

export type Incidents = ReturnType<typeof createIncidents>

/** The problem that a peer is away. */
export const peerKey = (id: string) => `peer ${id}`

/** What was last known stays what it was when it began. */
const keptOf = ({ known }: Problem) => (known === undefined ? {} : { known })
