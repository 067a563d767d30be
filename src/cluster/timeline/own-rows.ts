import type { AuditEntry } from '../../schemas/audit.ts'
import type { ClusterEvent } from '../../schemas/event.ts'
import { sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import type { TimelineRow } from '../../schemas/timeline/timeline.ts'
import { isDeed, subjectOf, toldBy } from './acts.ts'

interface Noted {
  self: { name: string; nodeId: string }
  /** Oldest first. */
  events: readonly ClusterEvent[]
  /** Newest first. */
  audit: readonly AuditEntry[]
  members: readonly Pick<Member, 'id' | 'name' | 'nodeId'>[]
}

/** The request that caused an event is noted at most so long before it, beside the time that the change took, or after it. */
const APART_MS = 10_000
const LONGEST = 1_000

/** What this server noted, as rows: events, each with who caused it, and those requests of which no event tells. In no order. */
export function ownRows({ self, events, audit, members }: Noted): TimelineRow[] {
  const nodeIds = new Map(members.flatMap(({ id, nodeId }) => (nodeId === undefined ? [] : [[id, nodeId] as const])))
  const nodeIdOf = (name: string | undefined) =>
    name === undefined ? undefined : members.find((member) => sameName(member.name, name))?.nodeId
  const rows = events.map((event) => eventRow(event, self, nodeIds.get(event.peer_id ?? '') ?? nodeIdOf(event.peer)))
  const untold = tellWho(rows, audit.filter(isDeed))
  const acts = untold.map((entry) => {
    const { peer, deployment } = subjectOf(entry)
    const about = { ...(deployment && { deployment }), ...(peer && { peer }) }
    const peerNodeId = nodeIdOf(peer)
    return {
      ...rowOf(self, `a${entry.id}`, entry.at),
      type: 'act',
      ...about,
      ...(peerNodeId !== undefined && { peer_node_id: peerNodeId }),
      by: entry.who,
      ...(entry.reason !== undefined && { reason: cut(entry.reason) }),
      act: actOf(entry)
    }
  })
  return [...rows, ...acts]
}

const rowOf = ({ name, nodeId }: Noted['self'], id: string, at: string) => ({
  id: `${nodeId}.${id}`,
  at,
  server: name,
  node_id: nodeId,
  seen_by: [name]
})

function eventRow(event: ClusterEvent, self: Noted['self'], peerNodeId: string | undefined): TimelineRow {
  const { id, at, type, peer, from, to, reason, facts } = event
  // A reason that names only who did it is no reason.
  const doer = DONE_BY.has(type) ? /^by (.+)$/.exec(reason ?? '')?.[1] : undefined
  const by = facts?.by ?? doer
  return {
    ...rowOf(self, `e${String(id).padStart(12, '0')}`, at),
    type,
    ...(peer !== undefined && { peer }),
    ...(peerNodeId !== undefined && { peer_node_id: peerNodeId }),
    ...(typeof facts?.deployment === 'string' && { deployment: facts.deployment }),
    ...(typeof by === 'string' && { by }),
    ...(from !== undefined && { from: cut(from) }),
    ...(to !== undefined && { to: cut(to) }),
    ...(reason !== undefined && doer === undefined && { reason: cut(named(reason, self)) }),
    ...(facts && { facts })
  }
}

const DONE_BY: ReadonlySet<string> = new Set(['peer.removed', 'invite.created'])

/** It is read on other servers too. */
const named = (reason: string, { name }: Noted['self']) => reason.replaceAll('this server', () => name)

const actOf = ({ what, target, result, times, from }: AuditEntry) => ({
  what,
  result,
  times,
  ...(target !== undefined && { target }),
  ...(from !== undefined && { address: from })
})

/** Writes to each event who caused it. Gives the entries of which no event tells. */
function tellWho(rows: TimelineRow[], audit: readonly AuditEntry[]): AuditEntry[] {
  const bySubject = new Map<string, TimelineRow[]>()
  for (const row of rows) {
    const key = keyOf(row.type, row)
    const others = bySubject.get(key)
    if (others) others.push(row)
    else bySubject.set(key, [row])
  }
  // Both in the order in which they happened: the first restart is the first request for one.
  return audit.toReversed().filter((entry) => {
    const subject = subjectOf(entry)
    const told = toldBy(entry).flatMap((type) => bySubject.get(keyOf(type, subject)) ?? [])
    const row = told.find((row) => !row.act && isOf(entry, row))
    if (!row) return true
    row.by = entry.who
    row.act = actOf(entry)
    return false
  })
}

/** An invite's is the id, which the audit does not tell of one that was made: the time does. */
const keyOf = (type: string, { deployment = '', peer = '' }: { deployment?: string; peer?: string }) =>
  type.startsWith('invite.') ? type : `${type} ${deployment} ${peer.toLowerCase()}`

function isOf({ at, who, what, result }: AuditEntry, row: TimelineRow): boolean {
  const [done, noted] = [Date.parse(at), Date.parse(row.at)]
  const tookMs = typeof row.facts?.duration_ms === 'number' ? row.facts.duration_ms : 0
  const inTime = done <= noted + APART_MS && done >= noted - tookMs - APART_MS
  if (!inTime) return false
  if (row.type === 'deployment.action') return row.by === who && what.endsWith(`/${row.facts?.action}`)
  return row.type === 'rollout.started' ? row.by === who : result < 400
}

const cut = (text: string) => text.slice(0, LONGEST)
