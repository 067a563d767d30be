import { createEventLog } from '../../../cluster/events/event-log.ts'
import { createCluster } from '../../../cluster/liveness/liveness.ts'
import type { PeerSpec, ProbeAnswer } from '../../../schemas/health.ts'
import { createFastClock } from './fast-clock.ts'

export type Condition = 'well' | 'crashed' | 'hanging'

/** A real cluster of modelled peers: the machines and their rule are the daemon's, only time and the network are not. */
export function createModel({ peers, lossRate, seed }: { peers: number; lossRate: number; seed: number }) {
  const { clock, advance } = createFastClock()
  const random = createRandom(seed)
  const conditions = new Map<string, Condition>()
  const offlineAt = new Map<string, number>()
  const offlines: string[] = []

  const cluster = createCluster({
    events: createEventLog({ remember: 1 }),
    clock,
    random,
    probe: ({ id }, signal) => {
      const at = clock.wall()
      const condition = conditions.get(id) ?? 'well'
      const lost = condition === 'hanging' || random() < lossRate
      if (lost) return new Promise((resolve) => signal.addEventListener('abort', () => resolve(failed('timeout', at))))
      return Promise.resolve(condition === 'crashed' ? failed('refused', at) : good(at))
    }
  })
  cluster.onChange(({ id, verdict }) => {
    if (verdict !== 'offline') return
    offlineAt.set(id, clock.now())
    offlines.push(id)
  })
  cluster.start(Array.from({ length: peers }, (_, index) => specOf(`peer-${index}`)))

  return {
    ...{ clock, advance, cluster, random, offlines },
    set: (id: string, condition: Condition) => conditions.set(id, condition),
    /** When it was judged offline the last time, or undefined. */
    offlineAt: (id: string) => offlineAt.get(id),
    forget: () => offlineAt.clear(),
    close: () => cluster.stop()
  }
}

/** Repeatable chance (mulberry32). */
export function createRandom(seed: number) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const specOf = (id: string): PeerSpec => ({
  ...{ id, name: id, url: `http://${id}.invalid`, pending: false, removed: false, features: [] }
})

const good = (at: number): ProbeAnswer => ({ ok: true, asked: 'GET /api/health', at, durationMs: 20 })

const failed = (failure: 'timeout' | 'refused', at: number): ProbeAnswer => ({
  ...{ ok: false, asked: 'GET /api/health', at, durationMs: failure === 'timeout' ? 5_000 : 1 },
  ...{ class: failure, detail: failure }
})
