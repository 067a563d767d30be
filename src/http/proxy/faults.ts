import { PeerFailed, PeerRejected, PeerTimedOut } from '../../errors/proxy.ts'
import type { FailureClass } from '../../schemas/health.ts'
import type { UpstreamFailure } from '../../schemas/upstream.ts'

/** These say that something is wrong with the peer, so that it is worth a look at once. */
export const SIGNS_OF_DEATH: ReadonlySet<FailureClass> = new Set([
  'dns',
  'refused',
  'reset',
  'timeout',
  'tls',
  'key_refused',
  'clock_skew',
  'unlinked'
])

/** What the caller is told of a request that failed on its way to a peer: 504 for time, 502 for anything else. */
export function proxyFault(name: string, reason: UpstreamFailure): Error {
  switch (reason.class) {
    case 'timeout':
      return new PeerTimedOut(name)
    case 'key_refused':
      return new PeerRejected(name)
    default:
      return new PeerFailed(name, reason.message)
  }
}
