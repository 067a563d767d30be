import type { PeerSnapshot } from '../../machines/peer.ts'
import type { Care } from '../../machines/supervisor.ts'
import type { PeerHealth, PeerSpec } from '../schemas/health.ts'

/** How one peer is, out of what its actor knows. */
export function peerHealth({ context }: PeerSnapshot, { crashes }: Care): PeerHealth {
  const { peer } = context
  return {
    ...{ id: peer.id, name: peer.name, url: peer.url, verdict: context.verdict, since: context.since },
    failures: context.tally.failures,
    flapping: context.flap.flapping,
    restarts: crashes,
    features: context.features,
    evidence: context.evidence,
    ...(context.lastSeenAt !== undefined && { lastSeenAt: context.lastSeenAt }),
    ...(context.latencyMs !== undefined && { latencyMs: context.latencyMs }),
    ...(context.nextProbeAt !== undefined && context.verdict !== 'removed' && { nextProbeAt: context.nextProbeAt }),
    ...(context.version !== undefined && { version: context.version })
  }
}

/** How a member is that has no running actor: its actor crashed, and waits for its restart or for a person. */
export function unwatchedHealth(peer: PeerSpec, { crashes, quarantined }: Care, since: number): PeerHealth {
  return {
    ...{ id: peer.id, name: peer.name, url: peer.url, since, features: peer.features },
    verdict: quarantined ? 'quarantined' : peer.removed ? 'removed' : peer.pending ? 'pending' : 'unknown',
    failures: 0,
    flapping: false,
    restarts: crashes,
    evidence: [],
    ...(peer.lastSeenAt !== undefined && { lastSeenAt: peer.lastSeenAt })
  }
}
