import type { ClusterEvent, EventLog, NewEvent } from '../../schemas/event.ts'

export interface EventLogOptions {
  wall?: () => number
  /** How many events are remembered. */
  remember?: number
  /** Where ids go on after a restart: above every id that was ever given out. */
  from?: { events: readonly ClusterEvent[]; lastId: number }
  /** Told of each new event, to keep it. Never waited for; a failure of it is its own. */
  keep?: (event: ClusterEvent) => void
  onFault?: (fault: unknown) => void
}

/** What happened, newest last, in a ring. Nobody who listens can stop or delay who publishes. */
export function createEventLog(options: EventLogOptions = {}): EventLog {
  const { wall = Date.now, remember = 2_000, onFault = () => {} } = options
  const listeners = new Set<(event: ClusterEvent) => void>()
  let ring = [...(options.from?.events ?? [])].slice(-remember)
  let lastId = Math.max(options.from?.lastId ?? 0, ring.at(-1)?.id ?? 0)

  return {
    publish(news: NewEvent) {
      const event: ClusterEvent = { id: ++lastId, at: new Date(wall()).toISOString(), ...news }
      ring.push(event)
      // Cut in chunks: shifting an array at each event would cost more than the event.
      if (ring.length >= remember * 2) ring = ring.slice(-remember)
      guarded(() => options.keep?.(event))
      for (const listener of listeners) guarded(() => listener(event))
    },
    since: (id) => ring.slice(-remember).filter((event) => event.id > id),
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
