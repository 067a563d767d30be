import { Readable } from 'node:stream'
import type { ClusterEvent, EventLog } from '../schemas/event.ts'
import { frame, HEARTBEAT, HEARTBEAT_MS, retryAfter } from './sse.ts'

export interface EventStreamOptions {
  events: EventLog
  /** The last event that the reader knows; without it, it gets the newest few. */
  after: number | undefined
  /** False: it ends after what is remembered. */
  follow?: boolean
  /** What a reader may leave unread before it is dropped. */
  mostUnread?: number
  heartbeatMs?: number
}

const NEWEST = 200
const MOST_UNREAD = 262_144

/**
 * Events as server-sent events, those that are remembered first. A reader that does not keep up is dropped and comes
 * back with `Last-Event-ID`: what it did not read is kept once, in the log, and not once more for each reader.
 */
export function createEventStream(options: EventStreamOptions): Readable {
  const { events, after, follow = true, mostUnread = MOST_UNREAD, heartbeatMs = HEARTBEAT_MS } = options
  const stream = new Readable({ read() {} })
  stream.push(retryAfter(2_000))
  const remembered = after === undefined ? events.since(0).slice(-NEWEST) : events.since(after)
  for (const event of remembered) stream.push(textOf(event))
  if (!follow) {
    stream.push(null)
    return stream
  }
  const unsubscribe = events.subscribe((event) => push(textOf(event)))
  const heartbeat = setInterval(() => push(HEARTBEAT), heartbeatMs)
  heartbeat.unref()
  stream.once('close', () => {
    unsubscribe()
    clearInterval(heartbeat)
  })
  return stream

  function push(text: string) {
    if (stream.readableLength > mostUnread) stream.destroy()
    else stream.push(text)
  }
}

const textOf = (event: ClusterEvent) => frame(event.type, JSON.stringify(event), event.id)
