import type { EventType } from '../../schemas/event.ts'
import type { TimelineRow } from '../../schemas/timeline/timeline.ts'

/** What one caller may read of this server's past. */
export interface Reader {
  /** own: every event. peer: how servers are, who joined and left, and the deployments that it reaches. */
  events: 'own' | 'peer'
  /** all: the whole audit. some: who did what is told of an event, and of those deployments. */
  acts: 'all' | 'some'
  reaches(deployment: string): boolean
}

/** What a peer's `fleet.read` opens: no address, no invite, nothing of who is told and what is set. */
const OF_THE_FLEET: ReadonlySet<string> = new Set<EventType>([
  'node.started',
  'node.restored',
  'node.stalled',
  'peer.joined',
  'peer.confirmed',
  'peer.removed',
  'peer.left',
  'peer.suspended',
  'peer.restored',
  'peer.renamed',
  'peer.state',
  'peer.scope',
  'peer.absence',
  'peer.flapping',
  'peer.clock'
])
const OF_DEPLOYMENTS: ReadonlySet<string> = new Set<EventType>([
  'deployment.changed',
  'deployment.action',
  'rollout.started',
  'rollout.ended'
])

export function mayRead({ type, deployment, peer }: TimelineRow, { events, acts, reaches }: Reader): boolean {
  // What was sent to a deployment of another server is that server's to tell.
  if (type === 'act') return acts === 'all' || (deployment !== undefined && peer === undefined && reaches(deployment))
  if (events === 'own' || OF_THE_FLEET.has(type)) return true
  return OF_DEPLOYMENTS.has(type) && deployment !== undefined && reaches(deployment)
}

/** Without the addresses from which it was done. */
export function shared(row: TimelineRow, { acts }: Reader): TimelineRow {
  if (acts === 'all' || !row.act) return row
  const { address: _, ...act } = row.act
  return { ...row, act }
}
