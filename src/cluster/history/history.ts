import type { Clock } from '../../../machines/clock.ts'
import type { PeerAnswered, PeerHealth, ProbeAnswer, Verdict } from '../../schemas/health.ts'
import type { HistoryRange, PeerHistory, PeerPast } from '../../schemas/history.ts'
import { reasonOf } from '../liveness/reason.ts'
import { Track } from './peer-timeline.ts'
import { historyOf, pastOf } from './views.ts'
import { createWriter, type HistoryStore } from './writer.ts'

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

export type History = ReturnType<typeof createHistory>

/** What is remembered of each peer: its last checks, its changes, and its days. Kept in memory, written in batches. */
export function createHistory(options: HistoryOptions) {
  const { store, clock, cluster, onFault = () => {}, isMember = () => true } = options
  const tracks = new Map<string, Track>()
  const writer = createWriter({ store, tracks, clock, onFault })
  for (const { id, bytes } of [...(store?.load() ?? [])]) {
    if (isMember(id)) tracks.set(id, new Track(clock.now(), bytes))
    else forget(id)
  }

  const unsubscribe = [
    cluster.onAnswer((peer, answer) => {
      trackOf(peer.id).answered(answer, peer.verdict, clock.now(), clock.wall())
      writer.note(peer.id, false)
    }),
    cluster.onChange((peer, from) => {
      if (from === undefined || from === peer.verdict) return
      const transition = { at: clock.wall(), from, to: peer.verdict, reason: reasonOf(peer) }
      trackOf(peer.id).changed(transition, clock.now())
      writer.note(peer.id, true)
    }),
    cluster.onLeft(forget)
  ]

  return {
    /** What a peer's page shows of its past. */
    past: (id: string): PeerPast => pastOf(tracks.get(id), clock.wall()),
    of: (id: string, range: HistoryRange): PeerHistory => historyOf(tracks.get(id), range, clock.wall()),
    /** Writes whatever was not written yet. */
    async close() {
      for (const end of unsubscribe) end()
      await writer.close()
    }
  }

  function trackOf(id: string): Track {
    const known = tracks.get(id)
    if (known) return known
    const track = new Track(clock.now())
    tracks.set(id, track)
    return track
  }

  function forget(id: string): void {
    tracks.delete(id)
    writer.forget(id)
  }
}
