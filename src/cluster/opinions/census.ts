import type { Clock } from '../../../machines/clock.ts'
import type { PeerHealth } from '../../schemas/health.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Census } from './rule.ts'

/** When many fail together, each asks for it: a view of all peers is made at most so often. */
const OLD_AFTER_MS = 250

/** Who is online, and how many of those that are watched are not. */
export function createCensus({ cluster, clock }: { cluster: Pick<Cluster, 'peers'>; clock: Pick<Clock, 'now'> }) {
  let at = Number.NEGATIVE_INFINITY
  let online: readonly PeerHealth[] = []
  let failing = 0

  function take(): void {
    if (clock.now() - at < OLD_AFTER_MS) return
    at = clock.now()
    const peers = cluster.peers()
    online = peers.filter(({ verdict }) => verdict === 'online')
    failing = peers.filter(({ verdict, failures }) => FAILING.has(verdict) && failures > 0).length
  }

  return {
    online(): readonly PeerHealth[] {
      take()
      return online
    },
    count(): Census {
      take()
      return { peers: online.length + failing, failing }
    }
  }
}

const FAILING: ReadonlySet<string> = new Set(['unknown', 'suspect', 'offline'])
