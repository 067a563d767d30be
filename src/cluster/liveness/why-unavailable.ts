import { RemoteFailure } from '../../remote/failure.ts'
import type { FailureClass, PeerHealth, Verdict } from '../../schemas/health.ts'
import { reasonOf } from './reason.ts'

const CLASSES: Partial<Record<Verdict, FailureClass>> = {
  rejected: 'key_refused',
  removed: 'key_refused',
  suspended: 'key_refused',
  skewed: 'clock_skew',
  incompatible: 'not_agent',
  quarantined: 'internal'
}

/** Why a peer is not asked at all, from what is known of it already. */
export function whyUnavailable(peer: PeerHealth): RemoteFailure {
  const last = peer.evidence.at(-1)
  const kind = CLASSES[peer.verdict] ?? (last && !last.ok ? last.class : 'timeout')
  return new RemoteFailure(kind, reasonOf(peer))
}
