import path from 'node:path'
import type { Joins } from '../../cluster/joining/joins.ts'
import type { Cluster } from '../../cluster/liveness/liveness.ts'
import type { Config } from '../../config/config.ts'
import { createActors } from '../../inspector/actor-list.ts'
import type { LocalNode } from '../../local/node.ts'
import { createUsageRecorder } from '../../local/usage/recorder.ts'

interface InsightOptions {
  config: Config
  cluster: Pick<Cluster, 'roots'>
  joins: Pick<Joins, 'roots'>
  local: Pick<LocalNode, 'stats'>
  onFault: (fault: unknown) => void
}

/** What lets people look inside: the running machines, the config that counts, how this machine did over time. */
export function buildInsight({ config, cluster, joins, local, onFault }: InsightOptions) {
  const usage = createUsageRecorder({
    measure: async () => (await local.stats()).system,
    file: path.join(config.dataPath, 'usage.json'),
    onFault
  })
  return {
    services: {
      actors: createActors({ roots: () => [...cluster.roots(), ...joins.roots()] }),
      settings: () => config.source,
      usage: usage.view
    },
    close: usage.close
  }
}
