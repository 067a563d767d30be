import type { Clock } from '../../../machines/clock.ts'
import type { Remote } from '../../remote/client.ts'
import type { PeerTarget } from '../../remote/target.ts'
import type { PeerHealth } from '../../schemas/health.ts'

interface CertificateLookOptions {
  /** As the last connections found it. */
  ends: ReadonlyMap<string, number>
  remote: Pick<Remote, 'requestDirectly' | 'deadlines'>
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
export function createCertificateLook({ ends, remote, targetOf, clock }: CertificateLookOptions) {
  const looked = new Map<string, number>()

  return async function certificateEndOf({
    id,
    verdict
  }: Pick<PeerHealth, 'id' | 'verdict'>): Promise<number | undefined> {
    const target = targetOf(id)
    const since = clock.now() - (looked.get(id) ?? Number.NEGATIVE_INFINITY)
    // One that does not answer would hold up the look at all others.
    const isDue = verdict === 'online' && ends.has(id) && since >= LOOK_AGAIN_MS
    if (target && target.via !== 'links' && isDue) {
      looked.set(id, clock.now())
      const ask = { path: '/api/health', deadlineMs: remote.deadlines.probeMs, maxBytes: MAX_BYTES }
      await remote.requestDirectly(target, ask).catch(() => {})
    }
    return ends.get(id)
  }
}
