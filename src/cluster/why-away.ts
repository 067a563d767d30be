import { RemoteFailure } from '../remote/failure.ts'
import type { FailureClass, PeerHealth, Verdict } from '../schemas/health.ts'

const REASONS: Partial<Record<Verdict, [FailureClass, string]>> = {
  rejected: ['key_refused', 'it refuses our key; join again with a new invite'],
  incompatible: ['not_agent', 'something answers there that is no agent'],
  removed: ['key_refused', 'it has removed this server; remove it here too, or join again with a new invite'],
  quarantined: ['internal', 'watching it crashed too often here; see the log of this server']
}

/** Why a peer is not asked at all, from what is known of it already. */
export function whyAway(peer: PeerHealth): RemoteFailure {
  const known = REASONS[peer.verdict]
  if (known) return new RemoteFailure(...known)
  const last = peer.evidence.findLast((probe) => !probe.ok)
  if (!last || last.ok) return new RemoteFailure('timeout', `it is ${peer.verdict}`)
  return new RemoteFailure(last.class, `it is ${peer.verdict}: ${last.detail}`)
}
