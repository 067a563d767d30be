import type { TestContext } from 'node:test'
import { createEventLog } from '../../src/cluster/events/event-log.ts'
import { type ClusterOptions, createCluster } from '../../src/cluster/liveness/liveness.ts'
import type { ClusterEvent } from '../../src/schemas/event.ts'
import type { FailureClass, PeerSpec, ProbeAnswer } from '../../src/schemas/health.ts'
import { createClock } from '../clock.ts'

export type Behaviour = 'up' | 'hang' | FailureClass

/** A cluster on a moved clock, whose peers behave as `behave` says. No jitter unless the test gives `random`. */
export function createWorld(t: TestContext, options: Partial<ClusterOptions> = {}) {
  const clock = createClock()
  const behaviours = new Map<string, Behaviour>()
  const asked: { id: string; at: number }[] = []
  const faults: unknown[] = []
  const seen: ClusterEvent[] = []
  const events = createEventLog({ wall: clock.wall })
  events.subscribe((event) => seen.push(event))
  const cluster = createCluster({
    events,
    clock,
    random: () => 0.5,
    onFault: (fault) => faults.push(fault),
    probe: (peer, signal) => {
      asked.push({ id: peer.id, at: clock.now() })
      return answerOf(behaviours.get(peer.id) ?? 'up', clock.wall(), signal)
    },
    ...options
  })
  t.after(() => cluster.stop())
  return {
    ...{ clock, cluster, events, faults, seen, asked },
    behave: (id: string, behaviour: Behaviour) => behaviours.set(id, behaviour),
    verdict: (id: string) => cluster.peer(id)?.verdict,
    askedTimes: (id: string) => asked.filter((one) => one.id === id).map(({ at }) => at)
  }
}

export const spec = (id: string, facts: Partial<PeerSpec> = {}): PeerSpec => ({
  ...{ id, name: id, url: `http://${id}.test`, pending: false, removed: false, features: [] },
  ...facts
})

export const good = (at = 0): ProbeAnswer => ({ ok: true, asked: 'GET /api/health', at, durationMs: 5 })

export const bad = (failure: FailureClass, at = 0): ProbeAnswer => ({
  ...{ ok: false, asked: 'GET /api/health', at, durationMs: 5 },
  ...{ class: failure, detail: failure }
})

function answerOf(behaviour: Behaviour, at: number, signal: AbortSignal): Promise<ProbeAnswer> {
  if (behaviour === 'up') return Promise.resolve(good(at))
  if (behaviour !== 'hang') return Promise.resolve(bad(behaviour, at))
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(bad('aborted', at))))
}
