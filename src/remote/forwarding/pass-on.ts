import type { Clock } from '../../../machines/clock.ts'
import { createInFlight } from '../../in-flight.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'
import type { Authorization } from '../authorization.ts'
import type { Pools } from '../connections/pools.ts'
import type { PeerTarget } from '../target.ts'
import { pass } from './pass.ts'

interface PassOnOptions {
  pools: Pick<Pools, 'of'>
  authorization: Authorization
  clock: Clock
  /** Any answer tells which start of the peer this is. */
  meet: (target: PeerTarget) => Promise<unknown>
}

/** Passes requests on, over connections of their own: a slow peer's traffic cannot delay its probes. */
export function createPassOn({ pools, authorization, clock, meet }: PassOnOptions) {
  const once = createInFlight<unknown>()

  return function passOn(target: PeerTarget, request: UpstreamRequest, sink: UpstreamSink): UpstreamCall {
    const { traffic, base } = pools.of(target)
    const path = base + request.path
    const authorize = () => authorization.attempt(target, { method: request.method, path })
    // A body that streams can be sent only once, and a peer that was started anew would refuse it.
    const ready = request.body && authorization.isUncertain(target) ? once(target.id, () => meet(target)) : undefined
    return pass({ ...request, path }, sink, { pool: traffic, authorize, clock, ready })
  }
}
