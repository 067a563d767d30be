import type { ClusterEvent, EventLog } from '../../schemas/event.ts'
import { createEventLog } from './event-log.ts'

export interface EventStore {
  /** Oldest first. */
  last(): readonly ClusterEvent[]
  append(batch: readonly ClusterEvent[]): void
}

export interface KeptEventsOptions {
  store: EventStore
  onFault: (fault: unknown) => void
  wall?: () => number
}

/** Written together, because each write waits for the disk. */
const WRITE_AFTER_MS = 250
/** Ids go on this far above the last written one: a process that was killed may have given out some more. */
const GAP = 1_000
const MOST_WAITING = 10_000

/** An event log whose newest events survive a restart. Writing is never waited for; what fails is tried again. */
export function createKeptEvents({ store, onFault, wall }: KeptEventsOptions): { log: EventLog; close(): void } {
  const events = store.last()
  const last = events.at(-1)?.id
  let waiting: ClusterEvent[] = []
  let timer: NodeJS.Timeout | undefined

  const log = createEventLog({
    onFault,
    from: { events, lastId: last === undefined ? 0 : last + GAP },
    ...(wall && { wall }),
    keep: (event) => {
      // With a store that cannot be written for long, the newest are worth more than the oldest.
      waiting.push(event)
      if (waiting.length > MOST_WAITING * 2) waiting = waiting.slice(-MOST_WAITING)
      timer ??= setTimeout(write, WRITE_AFTER_MS).unref()
    }
  })

  return {
    log,
    close() {
      clearTimeout(timer)
      write()
    }
  }

  function write() {
    timer = undefined
    const batch = waiting
    if (batch.length === 0) return
    try {
      store.append(batch)
      waiting = waiting.slice(batch.length)
    } catch (fault) {
      onFault(fault)
      timer = setTimeout(write, WRITE_AFTER_MS * 40).unref()
    }
  }
}
