import type { PeerSnapshot } from '../../machines/peer.ts'
import type { Care } from '../../machines/supervisor.ts'
import type { PeerHealth, PeerSpec } from '../schemas/health.ts'

/** How one peer is, out of what its actor knows. */
export function peerHealth({ context }: PeerSnapshot, { crashes }: Care): PeerHealth {
  const { peer, verdict, since, seen } = context
  return {
    ...{ id: peer.id, name: peer.name, url: peer.url, verdict, since },
    failures: seen.tally.failures,
    flapping: seen.flap.flapping,
    restarts: crashes,
    features: seen.features,
    evidence: seen.evidence,
    ...(seen.lastSeenAt !== undefined && { lastSeenAt: seen.lastSeenAt }),
    ...(seen.latencyMs !== undefined && { latencyMs: seen.latencyMs }),
    ...(seen.nextProbeAt !== undefined && verdict !== 'removed' && { nextProbeAt: seen.nextProbeAt }),
    ...(seen.version !== undefined && { version: seen.version })
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
