import type { Clock } from '../../../machines/clock.ts'
import { startDeadline } from '../../remote/deadline.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { PeerHealth } from '../../schemas/health.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Timeline, TimelineRow } from '../../schemas/timeline/timeline.ts'
import type { Audit } from '../access/audit.ts'
import { KEEP_IN_ALL } from '../access/audit-rings.ts'
import type { Aggregator } from '../aggregate/aggregate.ts'
import type { Self } from '../peers/self.ts'
import { createAsking, type Told } from './asking.ts'
import { ownRows } from './own-rows.ts'
import { cursorOf, isBefore, newestFirst, type Position, positionOf } from './position.ts'
import { APART_MS, merged } from './same-fact.ts'
import { mayRead, type Reader, shared } from './sharing.ts'
import { isAbout, type Window, within } from './window.ts'

interface TimelineOptions {
  self: Pick<Self, 'name' | 'nodeId'>
  members: { all(): readonly Member[]; get(id: string): Member | undefined }
  peers(): readonly PeerHealth[]
  events: Pick<EventLog, 'since'>
  audit: Pick<Audit, 'list'>
  aggregate: Pick<Aggregator, 'askPeer'>
  totalMs: number
  clock: Clock
}

/** Of all servers together, in memory for the length of one answer. */
const MOST_ROWS = 20_000
const FEWEST_OF_ONE = 50

export type Timelines = ReturnType<typeof createTimeline>

/** What happened and who did it: what this server noted, and what all of them did, by time. */
export function createTimeline({ self, members, peers, aggregate, ...options }: TimelineOptions) {
  const { events, audit, clock } = options
  const ask = createAsking({
    ask: aggregate.askPeer,
    member: members.get,
    nameOf: (nodeId) =>
      nodeId === self.nodeId() ? self.name() : members.all().find((member) => member.nodeId === nodeId)?.name
  })

  function told(window: Window, reader: Reader): Told {
    const noted = events.since(0)
    const since = noted[0]?.at
    const rows = ownRows({
      self: { name: self.name(), nodeId: self.nodeId() },
      events: noted,
      audit: audit.list({ limit: KEEP_IN_ALL }),
      members: members.all()
    }).filter((row) => mayRead(row, reader) && (window.about === undefined || isAbout(row, window.about)))
    const found = within(rows, window)
    return {
      server: {
        ...{ name: self.name(), answered: true, state: 'online', acts: reader.acts },
        ...(since !== undefined && { remembers_since: since })
      },
      rows: found.rows.map((row) => shared(row, reader)),
      more: found.more
    }
  }

  /** This server's own part, as it noted it: what a peer is told. */
  function own(window: Window, reader: Reader): Timeline {
    const { server, rows, more } = told(window, reader)
    const last = rows.at(-1)
    return { rows: [...rows], servers: { [server.name]: server }, ...(more && last && { next: next(last) }) }
  }

  /** What all of these servers noted. Never rejects for a server that does not answer. */
  async function all(window: Window, reader: Reader, { servers, signal }: Asked): Promise<Timeline> {
    const isChosen = chosenBy(servers)
    const others = peers().filter(({ name }) => isChosen(name))
    const ending = new AbortController()
    const stop = startDeadline(options.totalMs, () => ending.abort(), clock)
    const until = AbortSignal.any([signal, ending.signal])
    const limit = shareOf(window.limit, others.length + 1)
    const gather = (part: Window) =>
      Promise.all([
        ...(isChosen(self.name()) ? [told(part, reader)] : []),
        ...others.map((peer) => ask(peer, part, until))
      ])
    try {
      const page = pageOf(await gather({ ...widened(window), limit }), window)
      // Only where one server noted more within two minutes than a page holds.
      const whole = page ?? pageOf(await gather({ ...window, limit }), window) ?? { rows: [], servers: {} }
      // A peer is not asked what is about itself, under the name that it has here: of its page the rest is left out.
      const { about } = window
      return about === undefined ? whole : { ...whole, rows: whole.rows.filter((row) => isAbout(row, about)) }
    } finally {
      stop()
    }
  }

  return { own, all }
}

/** Of one server, so that all together are not too many. */
const shareOf = (wanted: number, servers: number) =>
  Math.min(wanted, Math.max(FEWEST_OF_ONE, Math.floor(MOST_ROWS / servers)))

interface Asked {
  servers?: readonly string[] | undefined
  signal: AbortSignal
}

function chosenBy(servers: Asked['servers']): (name: string) => boolean {
  const chosen = servers && new Set(servers.map((name) => name.toLowerCase()))
  return (name) => chosen?.has(name.toLowerCase()) ?? true
}

const next = (row: TimelineRow) => cursorOf(positionOf(row))

/** So far that no fact of the window is torn. Where it goes on behind an earlier page, all before that is asked for anew. */
function widened({ fromMs, toMs, before, ...rest }: Window): Window {
  const end = before ? Math.min(before.at, toMs ?? before.at) : toMs
  return {
    ...rest,
    ...(fromMs !== undefined && { fromMs: fromMs - APART_MS }),
    ...(end !== undefined && { toMs: end + APART_MS })
  }
}

/** Undefined where no fact is whole, though there are some. */
function pageOf(parts: readonly Told[], window: Window): Timeline | undefined {
  const horizon = parts.map(oldestTold).reduce(newer, undefined)
  const facts = merged(parts.flatMap(({ rows }) => rows))
  const { rows: inWindow } = within(facts, { ...window, limit: Number.POSITIVE_INFINITY })
  const whole = horizon ? inWindow.filter((row) => !isBefore(positionOf(row), horizon)) : inWindow
  const rows = whole.slice(0, window.limit)
  const last = rows.at(-1)
  if (!last && horizon) return undefined
  const isMoreTold = horizon !== undefined && horizon.at >= (window.fromMs ?? 0)
  const servers = parts.map(({ server }) => server).sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    rows,
    servers: Object.fromEntries(servers.map((server) => [server.name, server])),
    ...(last && (isMoreTold || whole.length > rows.length) && { next: next(last) })
  }
}

/** Where a server that has more to tell stopped: what is older is not known of it. */
function oldestTold({ rows, more }: Told): Position | undefined {
  const last = more ? rows.toSorted(newestFirst).at(-1) : undefined
  return last && positionOf(last)
}

const newer = (a: Position | undefined, b: Position | undefined) => (a && b ? (isBefore(a, b) ? b : a) : (a ?? b))
