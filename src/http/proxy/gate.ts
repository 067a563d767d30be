import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Upstream } from '../../cluster/peers/upstreams.ts'
import { PeerUnknown } from '../../errors/members.ts'
import { LoopDetected, PeerBusy, PeerPending, PeerRejected, PeerUnavailable } from '../../errors/proxy.ts'
import { REACHABLE } from '../../schemas/health.ts'
import { nameOf } from '../access/scope.ts'
import { whenOver } from '../sockets/when-over.ts'
import { peerNameIn } from './mount.ts'
import { upstreamPath } from './path.ts'
import { HOP_HEADER } from './request-headers.ts'

export interface GateOptions {
  find(name: string): Upstream | undefined
  /** Requests under way to one peer. */
  maxInFlight: number
}

/** Of one peer's places, what one caller may take. */
const SHARE = 0.75

/** What a request has passed when the gate lets it through. */
export interface Passage {
  peer: Upstream
  path: string
}

/** Everything that is decided about a request before the peer hears of it. */
export function createGate({ find, maxInFlight }: GateOptions) {
  const inFlight = new Map<string, number>()

  function enter(request: FastifyRequest, reply: FastifyReply): Passage {
    // One hop is all that a request may make: peers are asked directly.
    if (request.headers[HOP_HEADER] !== undefined) throw new LoopDetected()
    const name = peerNameIn(request.params)
    const peer = find(name)
    if (!peer) throw new PeerUnknown(name)
    const path = upstreamPath(request.raw.url ?? '')
    checkState(peer, reply)
    take(peer, request, reply)
    return { peer, path }
  }

  /**
   * A slow peer fills its own places only, and one caller three quarters of them; a place is free again when the exchange
   * with the caller is over.
   */
  function take({ id, name }: Upstream, request: FastifyRequest, reply: FastifyReply) {
    const own = `${id} ${nameOf(request.caller)}`
    if (countOf(id) >= maxInFlight || countOf(own) >= Math.ceil(maxInFlight * SHARE)) {
      reply.header('retry-after', '1')
      throw new PeerBusy(name)
    }
    for (const key of [id, own]) inFlight.set(key, countOf(key) + 1)
    whenOver(request, reply, () => [id, own].forEach(release))
  }

  const countOf = (key: string) => inFlight.get(key) ?? 0

  function release(key: string) {
    const left = countOf(key) - 1
    if (left <= 0) inFlight.delete(key)
    else inFlight.set(key, left)
  }

  return enter
}

function checkState(peer: Upstream, reply: FastifyReply) {
  if (peer.verdict === 'online') return
  if (peer.verdict === 'pending') throw new PeerPending(peer.name)
  if (peer.verdict === 'rejected') throw new PeerRejected(peer.name)
  if (REACHABLE.has(peer.verdict)) return
  reply.header('retry-after', String(Math.max(1, Math.ceil(peer.retryAfterS()))))
  throw new PeerUnavailable(peer.name, peer.reason())
}
