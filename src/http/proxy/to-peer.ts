import type { FastifyRequest } from 'fastify'
import { PeerFailed, PeerForbids, UpgradeRefused } from '../../errors/proxy.ts'
import type { FailureClass } from '../../schemas/health.ts'
import type { Way } from '../forwarding/way.ts'
import { proxyFault, SIGNS_OF_DEATH } from './faults.ts'
import type { Passage } from './gate.ts'
import { headersToPeer } from './request-headers.ts'
import { headersFromPeer } from './response-headers.ts'

export interface PeerLimits {
  /** How long a peer may take to begin its answer. */
  deadlines: { proxiedReadMs: number; proxiedWriteMs: number }
  reportFailure?: ((id: string, failed: FailureClass) => void) | undefined
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** The way on to a peer, with our key: neither the caller's secrets go there, nor anything back that could act here. */
export function toPeer(
  request: FastifyRequest,
  { peer, path }: Passage,
  { deadlines, reportFailure }: PeerLimits
): Way {
  const { id, name, base } = peer
  // One request has one id in the logs of both servers.
  request.headers['x-request-id'] = request.id

  return {
    send: peer.carry,
    path,
    headersTimeoutMs: READING.has(request.method) ? deadlines.proxiedReadMs : deadlines.proxiedWriteMs,
    headers: (about) => headersToPeer(request.headers, about),
    headersBack: (received) => headersFromPeer(received, { asked: request.raw.url ?? '', base, path }),
    instead(status, { upgrade }) {
      if (!upgrade) return undefined
      return status === 403 ? new PeerForbids(name) : new UpgradeRefused(name)
    },
    fault(reason) {
      if (!reason.stale && SIGNS_OF_DEATH.has(reason.class)) reportFailure?.(id, reason.class)
      return proxyFault(name, reason)
    },
    noSocket: () => new PeerFailed(name, 'it does not speak WebSocket')
  }
}
