import { clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Cluster } from './liveness.ts'

interface ClockWatchOptions {
  cluster: Pick<Cluster, 'onAnswer' | 'onLeft'>
  events: Pick<EventLog, 'publish'>
}

/** Tells when a peer's clock and ours begin to differ by more than is good, and when they agree again. */
export function watchClocks({ cluster, events }: ClockWatchOptions) {
  const apart = new Set<string>()
  cluster.onLeft((id) => void apart.delete(id))
  cluster.onAnswer(({ id, name }, { clockOffsetMs }) => {
    if (clockOffsetMs === undefined) return
    const before = apart.has(id)
    if (clocksApart(clockOffsetMs, before) === before) return
    if (before) apart.delete(id)
    else apart.add(id)
    events.publish({
      type: 'peer.clock',
      peer: name,
      peer_id: id,
      reason: before ? 'the clocks of the two servers agree again' : clocksDiffer(clockOffsetMs),
      facts: { clock_offset_s: Math.round(clockOffsetMs / 1_000) }
    })
  })
}
