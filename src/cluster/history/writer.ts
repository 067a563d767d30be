import type { Clock } from '../../../machines/clock.ts'
import type { Track } from './peer-timeline.ts'

/** Where histories are kept: bytes by peer. */
export interface HistoryStore {
  load(): Iterable<{ id: string; bytes: Uint8Array }>
  /** All of the batch or nothing. */
  save(batch: readonly { id: string; bytes: Uint8Array }[]): void | Promise<void>
  delete(id: string): unknown
}

interface WriterOptions {
  store: HistoryStore | undefined
  tracks: ReadonlyMap<string, Track>
  clock: Clock
  onFault: (fault: unknown) => void
}

/** How often something is written, and how many peers at most each time: 10,000 are written once in ten minutes. */
const FLUSH_MS = 10_000
const BATCH = 170
/** A peer is written this long after its first news, or at the next flush when its verdict changed. */
const REST_MS = 300_000

/** Writes in batches what is new of peers, those that waited longest first. */
export function createWriter({ store, tracks, clock, onFault }: WriterOptions) {
  /** Peers with something new, and the monotonic time from which it may be written. */
  const dirty = new Map<string, number>()
  let timer = clock.setTimeout(flushAndGoOn, FLUSH_MS)

  async function flushAndGoOn() {
    const due: string[] = []
    for (const [id, from] of dirty) {
      if (from <= clock.now()) due.push(id)
      if (due.length >= BATCH) break
    }
    await save(due)
    timer = clock.setTimeout(flushAndGoOn, FLUSH_MS)
  }

  async function save(ids: readonly string[]) {
    if (!store || ids.length === 0) return
    const batch = ids.flatMap((id) => {
      const track = tracks.get(id)
      return track ? [{ id, bytes: track.bytes() }] : []
    })
    for (const id of ids) dirty.delete(id)
    try {
      await store.save(batch)
    } catch (fault) {
      // Memory has it all; the next flush tries again.
      for (const id of ids) dirty.set(id, clock.now())
      onFault(fault)
    }
  }

  return {
    /** Soon, since its verdict changed; else when it has waited for a while. */
    note(id: string, soon: boolean): void {
      if (soon) dirty.set(id, clock.now())
      else if (!dirty.has(id)) dirty.set(id, clock.now() + REST_MS)
    },
    async forget(id: string): Promise<void> {
      dirty.delete(id)
      try {
        await store?.delete(id)
      } catch (fault) {
        // Left over, it is dropped at the next start.
        onFault(fault)
      }
    },
    /** Writes whatever was not written yet. */
    async close(): Promise<void> {
      clock.clearTimeout(timer)
      await save([...dirty.keys()])
    }
  }
}
