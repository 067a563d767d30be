import type { Clock } from '../../../machines/clock.ts'
import type { PeerAnswered, PeerHealth, ProbeAnswer, Verdict } from '../../schemas/health.ts'
import type { HistoryRange, PeerHistory, PeerPast } from '../../schemas/history.ts'
import { reasonOf } from '../liveness/reason.ts'
import { Track } from './peer-timeline.ts'
import { historyOf, pastOf } from './views.ts'

/** Where histories are kept: bytes by peer. */
export interface HistoryStore {
  load(): Iterable<{ id: string; bytes: Uint8Array }>
  /** All of the batch or nothing. */
  save(batch: readonly { id: string; bytes: Uint8Array }[]): void | Promise<void>
  delete(id: string): unknown
}

export interface HistoryOptions {
  store?: HistoryStore
  clock: Clock
  cluster: {
    onAnswer(listener: (peer: PeerAnswered, answer: ProbeAnswer) => void): () => void
    onChange(listener: (peer: PeerHealth, from?: Verdict) => void): () => void
    onLeft(listener: (id: string) => void): () => void
  }
  /** What is stored of anybody else is dropped. */
  isMember?: (id: string) => boolean
  onFault?: (fault: unknown) => void
}

/** How often something is written, and how many peers at most each time: 10,000 are written once in ten minutes. */
const FLUSH_MS = 10_000
const BATCH = 170
/** A peer is written this long after its first news, or at the next flush when its verdict changed. */
const REST_MS = 300_000

/** What is remembered of each peer: its last checks, its changes, and its days. Kept in memory, written in batches. */
export function createHistory(options: HistoryOptions) {
  const { store, clock, cluster, onFault = () => {}, isMember = () => true } = options
  const tracks = new Map<string, Track>()
  /** Peers with something new, and the monotonic time from which it may be written; the longest waiting first. */
  const dirty = new Map<string, number>()
  for (const { id, bytes } of [...(store?.load() ?? [])]) {
    if (isMember(id)) tracks.set(id, new Track(clock.now(), bytes))
    else forget(id)
  }

  const unsubscribe = [
    cluster.onAnswer((peer, answer) => {
      trackOf(peer.id).answered(answer, peer.verdict, clock.now(), clock.wall())
      if (!dirty.has(peer.id)) dirty.set(peer.id, clock.now() + REST_MS)
    }),
    cluster.onChange((peer, from) => {
      if (from === undefined || from === peer.verdict) return
      const transition = { at: clock.wall(), from, to: peer.verdict, reason: reasonOf(peer) }
      trackOf(peer.id).changed(transition, clock.now())
      dirty.set(peer.id, clock.now())
    }),
    cluster.onLeft(forget)
  ]
  let timer = clock.setTimeout(flushAndGoOn, FLUSH_MS)

  return {
    /** What a peer's page shows of its past. */
    past: (id: string): PeerPast => pastOf(tracks.get(id), clock.wall()),
    of: (id: string, range: HistoryRange): PeerHistory => historyOf(tracks.get(id), range, clock.wall()),
    /** Writes whatever was not written yet. */
    async close() {
      clock.clearTimeout(timer)
      for (const end of unsubscribe) end()
      await save([...dirty.keys()])
    }
  }

  function trackOf(id: string): Track {
    const known = tracks.get(id)
    if (known) return known
    const track = new Track(clock.now())
    tracks.set(id, track)
    return track
  }

  async function forget(id: string) {
    tracks.delete(id)
    dirty.delete(id)
    try {
      await store?.delete(id)
    } catch (fault) {
      // Left over, it is dropped at the next start.
      onFault(fault)
    }
  }

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
}

export type History = ReturnType<typeof createHistory>
