import type { Clock } from '../../../machines/clock.ts'
import type { Remote } from '../../remote/client.ts'
import type { PeerTarget } from '../../remote/target.ts'
import type { PeerHealth } from '../../schemas/health.ts'

/** What a connection showed: when the certificate ends, wall milliseconds, and when that was seen, by the clock. */
export interface SeenCertificate {
  endsAt: number
  seenAt: number
}

interface CertificateLookOptions {
  /** By peer, as the last connection found it. */
  seen: ReadonlyMap<string, SeenCertificate>
  remote: Pick<Remote, 'requestAnew' | 'deadlines'>
  targetOf: (id: string) => PeerTarget | undefined
  clock: Pick<Clock, 'now'>
}

/** So seldom that it is less than a hundredth of what is asked anyway. */
const LOOK_AGAIN_MS = 3_600_000
const MAX_BYTES = 64 * 1024

/**
 * When the certificate of a peer ends. Connections are kept for weeks, and a certificate is renewed meanwhile: so it is
 * looked at anew, on a connection of its own.
 */
export function createCertificateLook({ seen, remote, targetOf, clock }: CertificateLookOptions) {
  return async function certificateEndOf(peer: Pick<PeerHealth, 'id' | 'verdict'>): Promise<number | undefined> {
    const known = seen.get(peer.id)
    const target = targetOf(peer.id)
    const isOld = known !== undefined && clock.now() - known.seenAt >= LOOK_AGAIN_MS
    // One that does not answer would hold up the look at all others.
    if (isOld && target && peer.verdict === 'online') {
      const ask = { path: '/api/health', deadlineMs: remote.deadlines.probeMs, maxBytes: MAX_BYTES }
      await remote.requestAnew(target, ask).catch(() => {})
    }
    return seen.get(peer.id)?.endsAt
  }
}
