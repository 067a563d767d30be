import type { PeerSnapshot } from '../../../machines/peer/peer.ts'
import type { RestartHistory } from '../../../machines/restarts.ts'
import type { PeerHealth, PeerSpec, Verdict } from '../../schemas/health.ts'

/** How one peer is, out of what its actor knows. Built at every answer, so without detours. */
export function peerHealth({ context }: PeerSnapshot, { crashes }: RestartHistory): PeerHealth {
  const { peer, verdict, since, seen, opinions } = context
  const health: PeerHealth = {
    id: peer.id,
    name: peer.name,
    url: peer.url,
    verdict: shown(verdict, peer),
    since,
    failures: seen.tally.failures,
    flapping: seen.flap.flapping,
    restarts: crashes,
    features: seen.features,
    evidence: seen.evidence
  }
  if (seen.lastSeenAt !== undefined) health.lastSeenAt = seen.lastSeenAt
  if (seen.latencyMs !== undefined) health.latencyMs = seen.latencyMs
  if (seen.clockOffsetMs !== undefined) health.clockOffsetMs = seen.clockOffsetMs
  if (seen.nextProbeAt !== undefined && verdict !== 'removed') health.nextProbeAt = seen.nextProbeAt
  if (seen.version !== undefined) health.version = seen.version
  if (opinions && verdict === 'offline') health.opinions = opinions
  return health
}

/** The machine knows one way of being asked nothing; people want to know who wants it. */
const shown = (verdict: Verdict, { suspended }: PeerSpec): Verdict =>
  verdict === 'removed' && suspended ? 'suspended' : verdict

/** How a member is that has no running actor: its actor crashed, and waits for its restart or for a person. */
export function unwatchedHealth(peer: PeerSpec, { crashes, quarantined }: RestartHistory, since: number): PeerHealth {
  return {
    ...{ id: peer.id, name: peer.name, url: peer.url, since, features: peer.features },
    verdict: quarantined ? 'quarantined' : peer.removed ? shown('removed', peer) : peer.pending ? 'pending' : 'unknown',
    failures: 0,
    flapping: false,
    restarts: crashes,
    evidence: [],
    ...(peer.lastSeenAt !== undefined && { lastSeenAt: peer.lastSeenAt })
  }
}
