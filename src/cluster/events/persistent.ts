import type { ClusterEvent, EventLog } from '../../schemas/event.ts'
import { newestOf } from '../../schemas/event-rings.ts'
import { createEventLog } from './event-log.ts'

interface EventStore {
  /** Oldest first. */
  last(): readonly ClusterEvent[]
  append(batch: readonly ClusterEvent[]): void | Promise<void>
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
export function createKeptEvents({ store, onFault, wall }: KeptEventsOptions): {
  log: EventLog
  close(): Promise<void>
} {
  const events = store.last()
  const last = events.at(-1)?.id
  let waiting: ClusterEvent[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const log = createEventLog({
    onFault,
    from: { events, lastId: last === undefined ? 0 : last + GAP },
    ...(wall && { wall }),
    keep: (event) => {
      // With a store that cannot be written for long, the newest are worth more than the oldest.
      waiting.push(event)
      if (waiting.length > MOST_WAITING * 2) waiting = newestOf(waiting, MOST_WAITING / 2)
      writeIn(WRITE_AFTER_MS)
    }
  })

  return {
    log,
    async close() {
      clearTimeout(timer)
      await write()
    }
  }

  function writeIn(ms: number): void {
    timer ??= setTimeout(write, ms).unref()
  }

  function write(): Promise<void> {
    timer = undefined
    writing = writing.then(append)
    return writing
  }

  async function append(): Promise<void> {
    const batch = waiting
    const newest = batch.at(-1)?.id
    if (newest === undefined) return
    try {
      await store.append(batch)
      waiting = waiting.filter(({ id }) => id > newest)
    } catch (fault) {
      onFault(fault)
      writeIn(WRITE_AFTER_MS * 40)
    }
  }
}
