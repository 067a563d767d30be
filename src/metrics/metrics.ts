import { Gauge, Registry } from 'prom-client'
import type { Stats } from '../schemas/deployments/stats.ts'
import type { ClusterEvent } from '../schemas/event.ts'
import type { PeerAnswered, PeerHealth, ProbeAnswer } from '../schemas/health.ts'
import type { Version } from '../schemas/names.ts'
import { countEvents } from './events.ts'
import { countFailures } from './failures.ts'
import { measureLocal } from './local.ts'
import { measurePeers, shownPeers } from './peers.ts'
import { countRequests, type Ended } from './requests.ts'

/** What is looked at when somebody scrapes. */
export interface Sources {
  peers: () => readonly PeerHealth[]
  openInvites: () => number
  runningJoins: () => number
  watchers: () => number
  /** Connections that peers opened to be asked over them. */
  links: () => { parked: number; open: number }
  /** FlatRun's agent behind this one; undefined where there is none. */
  flatrun: () => { error?: string; version?: Version } | undefined
  enabled: () => boolean
  storeBytes: () => number
  /** This server's own figures; undefined when they cannot be had in time. */
  local: () => Promise<{ stats: Stats; engine: string } | undefined>
}

export type Metrics = ReturnType<typeof createMetrics>

/** The daemon in numbers, as Prometheus reads them. It is told what happened, and asks nobody outside a scrape. */
export function createMetrics({ version, process }: { version: Version; process?: Registry | undefined }) {
  const registry = new Registry()
  const registers = [registry]
  const requests = countRequests(registers)
  const failures = countFailures(registers)
  const events = countEvents(registers)
  const peers = measurePeers(registers)
  const local = measureLocal(registers)
  let sources: Sources | undefined
  new Gauge({
    ...{ name: 'flatrun_cluster_build_info', help: 'Always 1; the labels say what runs', registers },
    labelNames: ['version', 'revision']
  }).set({ version: version.version, revision: version.git_commit }, 1)

  return {
    contentType: registry.contentType,
    /** What a scrape looks at; known only after everything has been built. */
    watch(given: Sources): void {
      sources = given
    },
    /** With figures of `every` peer, or of those that `shownPeers` picks. */
    async text({ every = false }: { every?: boolean } = {}): Promise<string> {
      if (sources) {
        const all = sources.peers()
        peers.collect(all, every ? all : shownPeers(all))
        await local.collect(sources)
      }
      return (process ? Registry.merge([registry, process]) : registry).metrics()
    },
    probed: (peer: PeerAnswered, answer: ProbeAnswer) => peers.probed(peer, answer),
    happened(event: ClusterEvent): void {
      events.count(event)
      if (event.type !== 'peer.removed' || event.peer === undefined) return
      // A removed peer would otherwise be shown for ever as it was last.
      peers.forget(event.peer)
      requests.forget(event.peer)
    },
    began: (route: string) => requests.began(route),
    ended: (request: Ended) => requests.ended(request),
    failed: (where: 'store' | 'internal') => failures.count(where)
  }
}
