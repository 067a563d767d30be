import type { ClusterEvent, EventLog, NewEvent } from '../../schemas/event.ts'
import { newestOf } from '../../schemas/event-rings.ts'

export interface EventLogOptions {
  wall?: () => number
  /** How many events of each kind are remembered. */
  remember?: number
  /** Where ids go on after a restart: above every id that was ever given out. */
  from?: { events: readonly ClusterEvent[]; lastId: number }
  /** Told of each new event, to keep it. Never waited for; a failure of it is its own. */
  keep?: (event: ClusterEvent) => void
  onFault?: (fault: unknown) => void
}

/** What happened, newest last, in rings. Nobody who listens can stop or delay who publishes. */
export function createEventLog(options: EventLogOptions = {}): EventLog {
  const { wall = Date.now, remember = 2_000, onFault = () => {} } = options
  const listeners = new Set<(event: ClusterEvent) => void>()
  let ring = newestOf(options.from?.events ?? [], remember)
  let cutAt = 2 * remember
  let lastId = Math.max(options.from?.lastId ?? 0, ring.at(-1)?.id ?? 0)

  return {
    publish(news: NewEvent) {
      const event: ClusterEvent = { id: ++lastId, at: new Date(wall()).toISOString(), ...news }
      ring.push(event)
      // Cut in chunks: shifting an array at each event would cost more than the event.
      if (ring.length >= cutAt) {
        ring = newestOf(ring, remember)
        cutAt = ring.length + remember
      }
      guarded(() => options.keep?.(event))
      for (const listener of listeners) guarded(() => listener(event))
    },
    since: (id) => newestOf(ring, remember).filter((event) => event.id > id),
    subscribe(listener) {
      // A wrapper of its own, so that one function may be subscribed twice.
      const entry = (event: ClusterEvent) => listener(event)
      listeners.add(entry)
      return () => {
        listeners.delete(entry)
      }
    }
  }

  function guarded(run: () => void) {
    try {
      run()
    } catch (fault) {
      onFault(fault)
    }
  }
}
