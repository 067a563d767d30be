import { statSync } from 'node:fs'
import path from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import type { Cluster } from '../../cluster/liveness/liveness.ts'
import type { Self } from '../../cluster/peers/self.ts'
import type { Config } from '../../config/config.ts'
import type { FlatRunState } from '../../flatrun/watch.ts'
import { metricsRoute } from '../../http/routes/metrics.ts'
import type { LocalNode } from '../../http/services.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { EventLog } from '../../schemas/event.ts'

interface MeasuringOptions {
  config: Config
  metrics: Metrics
  self: Self
  cluster: Cluster
  events: EventLog
  invites: { list(): readonly unknown[] }
  joins: { list(): readonly unknown[] }
  local: LocalNode
  inspector: { watchers(): number } | undefined
  links: () => { parked: number; open: number }
  flatrun: (() => FlatRunState) | undefined
}

/** A scrape does not wait longer for an engine that hangs. */
const LOCAL_MS = 2_000

/** Tells the metrics what happens, and gives the route on which they are read. */
export function buildMeasuring(options: MeasuringOptions): FastifyPluginAsync {
  const { config, metrics, self, cluster, events, invites, joins, local, inspector, links, flatrun } = options
  cluster.onAnswer(metrics.probed)
  events.subscribe(metrics.happened)
  metrics.watch({
    peers: cluster.peers,
    openInvites: () => invites.list().length,
    runningJoins: () => joins.list().length,
    watchers: () => inspector?.watchers() ?? 0,
    links,
    flatrun: () => flatrun?.(),
    enabled: self.enabled,
    storeBytes: () => statSync(path.join(config.dataPath, 'cluster.db'), { throwIfNoEntry: false })?.size ?? 0,
    local: async () => {
      const signal = AbortSignal.timeout(LOCAL_MS)
      const late = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
      const both = Promise.all([local.stats(signal), local.deployments(signal)])
      const known = await Promise.race([both, late]).catch(() => undefined)
      return known && { stats: known[0], engine: known[1].engine?.state ?? 'off' }
    }
  })
  const { text, contentType } = metrics
  return (scope) => metricsRoute(scope, { text, contentType, open: config.metrics.public })
}
