import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type PeerAnswered, type PeerHealth, type ProbeAnswer, REACHABLE, UP, Verdict } from '../schemas/health.ts'

const VERDICTS: readonly Verdict[] = Verdict.enum
/** So many peers have series of their own; 10,000 would make 5 MB of each scrape. */
const MOST_SHOWN = 500

/**
 * Whose figures a scrape holds by itself: all peers, where they are few enough; else those that are not well, since they
 * are what rules look for.
 */
export function shownPeers(all: readonly PeerHealth[], most = MOST_SHOWN): readonly PeerHealth[] {
  if (all.length <= most) return all
  return all.filter(({ verdict, flapping }) => verdict !== 'online' || flapping).slice(0, most)
}

/** The peers: how they are at a scrape, and every probe as it ends. */
export function measurePeers(registers: Registry[]) {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `flatrun_cluster_${name}`, help, labelNames, registers })
  const peers = gauge('peers', 'Peers by state', ['state'])
  const up = gauge('peer_up', '1: the peer answers', ['peer'])
  const reachable = gauge('peer_reachable', '1: requests are sent to the peer', ['peer'])
  const state = gauge('peer_state', '1 for the state that the peer is in', ['peer', 'state'])
  const seen = gauge('peer_last_seen_timestamp_seconds', 'When the peer answered last, since 1970', ['peer'])
  const latency = gauge('peer_latency_seconds', 'Duration of the last good probe', ['peer'])
  const clock = gauge('peer_clock_offset_seconds', "How far the peer's clock is ahead of this server's", ['peer'])
  const flapping = gauge('peer_flapping', '1: the peer is unstable', ['peer'])
  const crashes = gauge('peer_actor_crashes', 'Crashes of what watches the peer here', ['peer'])
  const atScrape = [up, reachable, state, seen, latency, clock, flapping, crashes]
  const probes = new Counter({
    ...{ name: 'flatrun_cluster_peer_probes_total', help: 'Probes by how they ended: ok, or the class of the failure' },
    ...{ labelNames: ['peer', 'result'], registers }
  })
  /** Of every peer, shown or not: by how they ended. */
  const counted = new Map<string, Map<string, number>>()
  const durations = new Histogram({
    ...{
      name: 'flatrun_cluster_probe_duration_seconds',
      help: 'Duration of probes',
      labelNames: ['result'],
      registers
    },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
  })

  return {
    probed({ name }: PeerAnswered, answer: ProbeAnswer): void {
      const result = answer.ok ? 'ok' : answer.class
      const counts = counted.get(name) ?? new Map<string, number>()
      counted.set(name, counts.set(result, (counts.get(result) ?? 0) + 1))
      durations.observe({ result: answer.ok ? 'ok' : 'failed' }, answer.durationMs / 1_000)
    },

    /** Counts `all` by state, and gives `shown` series of their own. */
    collect(all: readonly PeerHealth[], shown: readonly PeerHealth[]): void {
      for (const one of [...atScrape, probes]) one.reset()
      for (const verdict of VERDICTS)
        peers.set({ state: verdict }, all.filter((peer) => peer.verdict === verdict).length)
      for (const peer of shown) {
        const of = { peer: peer.name }
        up.set(of, UP.has(peer.verdict) ? 1 : 0)
        reachable.set(of, REACHABLE.has(peer.verdict) ? 1 : 0)
        state.set({ ...of, state: peer.verdict }, 1)
        flapping.set(of, peer.flapping ? 1 : 0)
        crashes.set(of, peer.restarts)
        if (peer.lastSeenAt !== undefined) seen.set(of, peer.lastSeenAt / 1_000)
        if (peer.clockOffsetMs !== undefined) clock.set(of, Math.round(peer.clockOffsetMs / 100) / 10)
        if (peer.latencyMs !== undefined) latency.set(of, peer.latencyMs / 1_000)
        for (const [result, count] of counted.get(peer.name) ?? []) probes.inc({ ...of, result }, count)
      }
    },

    forget: (peer: string) => counted.delete(peer)
  }
}
