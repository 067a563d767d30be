import type { TimelineRow } from '../../schemas/timeline/timeline.ts'
import { PROXY, subjectOf } from './acts.ts'
import { newestFirst } from './position.ts'

/** Two servers note the same fact at most so far apart: a failure is noticed within an interval and the tries after it. */
export const APART_MS = 120_000

/**
 * One row for each fact, the newest first: of what several servers noted, and of the two sides of a join. A group begins at its
 * newest row, and what is older than that by more than APART_MS is another fact. No server notes one fact twice.
 */
export function merged(rows: readonly TimelineRow[]): TimelineRow[] {
  const sorted = rows.toSorted(newestFirst)
  const joins = joinTimes(sorted)
  const groups: Group[] = []
  const open = new Map<string, Group>()
  for (const row of sorted) {
    const key = factOf(row, joins)
    const group = key === undefined ? undefined : open.get(key)
    if (group && belongs(row, group)) {
      group.push(row)
      continue
    }
    const begun: Group = [row]
    groups.push(begun)
    if (key !== undefined) open.set(key, begun)
  }
  return groups.map(together).sort(newestFirst)
}

type Group = [newest: TimelineRow, ...older: TimelineRow[]]

const pairOf = ({ server, peer = '' }: TimelineRow) => [server.toLowerCase(), peer.toLowerCase()].sort().join(' ')

type Joins = ReadonlyMap<string, readonly number[]>

function joinTimes(rows: readonly TimelineRow[]): Joins {
  const times = new Map<string, number[]>()
  for (const row of rows)
    if (row.type === 'peer.joined') times.set(pairOf(row), [...(times.get(pairOf(row)) ?? []), Date.parse(row.at)])
  return times
}

/** In which a peer is before its first answer. */
const BEGINNINGS: ReadonlySet<string> = new Set(['unknown', 'pending'])

/** What a row is a sight of; undefined for what only its server can note. */
function factOf(row: TimelineRow, joins: Joins): string | undefined {
  const { type, server, peer = '', from = '', to = '', facts, deployment } = row
  const about = peer.toLowerCase()
  switch (type) {
    case 'peer.joined':
      return `join ${pairOf(row)}`
    case 'peer.confirmed':
    case 'invite.spent':
      return isOfJoin(row, joins) ? `join ${pairOf(row)}` : undefined
    case 'peer.state':
      return BEGINNINGS.has(from) && isOfJoin(row, joins) ? `join ${pairOf(row)}` : `state ${about} ${to}`
    case 'peer.removed':
    case 'peer.left':
      return `removal ${pairOf(row)}`
    case 'peer.rekeyed':
      return `keys ${pairOf(row)}`
    case 'peer.scope':
    case 'peer.renamed':
      return `${type} ${about} ${to}`
    case 'peer.flapping':
      return `${type} ${about} ${facts?.flapping}`
    case 'peer.absence':
      return `${type} ${about}`
    case 'deployment.action':
      return `do ${server.toLowerCase()} ${deployment} ${facts?.action}`
    case 'act':
      return sentOn(row)
    default:
      return undefined
  }
}

function isOfJoin(row: TimelineRow, joins: Joins): boolean {
  const at = Date.parse(row.at)
  return joins.get(pairOf(row))?.some((joined) => Math.abs(at - joined) <= APART_MS) === true
}

/** An operator's request that a server passed on: the same deed as the action that it became there. */
function sentOn({ act, peer, by = '' }: TimelineRow): string | undefined {
  if (act?.what !== PROXY) return undefined
  const { deployment, action } = subjectOf({ ...act, id: '', at: '', who: by })
  return action === undefined ? undefined : `do ${peer?.toLowerCase()} ${deployment} ${action}`
}

const timeOf = (row: TimelineRow) => Date.parse(row.at)
const tookOf = ({ facts }: TimelineRow) => (typeof facts?.duration_ms === 'number' ? facts.duration_ms : 0)

function belongs(row: TimelineRow, group: Group): boolean {
  const [newest] = group
  if (timeOf(newest) - timeOf(row) > APART_MS + Math.max(tookOf(newest), tookOf(row))) return false
  return !group.some(({ server, type, to }) => server === row.server && type === row.type && to === row.to)
}

const FACES = ['deployment.action', 'peer.joined', 'peer.removed', 'peer.left', 'peer.confirmed', 'invite.spent']

/** The one row of a group: that of the server which knows it best, with the name of who did it. */
function together(group: Group): TimelineRow {
  const [newest] = group
  if (group.length === 1) return newest
  const face = group.reduce((best, row) => (rank(row) < rank(best) || sameRankEarlier(row, best) ? row : best))
  const doer = [face, ...group].find(({ by, type }) => by?.startsWith('operator ') && type !== 'peer.state')
  const by =
    doer && doer !== face && doer.server !== face.server ? `${doer.by} on ${doer.server}` : (doer?.by ?? face.by)
  const first = Math.min(...group.map(timeOf))
  return {
    ...face,
    id: newest.id,
    at: newest.at,
    ...(first < timeOf(newest) && { first_at: new Date(first).toISOString() }),
    seen_by: [...new Set([face, ...group.toReversed()].map(({ server }) => server))],
    ...(by !== undefined && { by })
  }
}

const sameRankEarlier = (a: TimelineRow, b: TimelineRow) => rank(a) === rank(b) && timeOf(a) < timeOf(b)

function rank({ type, by }: TimelineRow): number {
  const known = FACES.indexOf(type)
  return (known < 0 ? FACES.length : known) + (by?.startsWith('operator ') ? 0 : 0.5)
}
