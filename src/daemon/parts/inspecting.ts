import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify'
import type { Joins } from '../../cluster/joining/joins.ts'
import type { Cluster } from '../../cluster/liveness/liveness.ts'
import type { Membership } from '../../cluster/membership/membership.ts'
import type { Config } from '../../config/config.ts'
import { openersOf } from '../../http/access/origin.ts'
import { inspect } from '../../http/inspect/inspect.ts'
import { createInspector } from '../../inspector/inspector.ts'
import type { Inspector } from '../../schemas/inspection/inspection.ts'
import { builtDashboard } from '../listen.ts'

interface InspectingOptions {
  config: Config
  cluster: Pick<Cluster, 'roots' | 'peer'>
  joins: Pick<Joins, 'roots' | 'onRoot'>
  membership: Pick<Membership, 'find'>
  nameOf: (memberId: string) => string | undefined
  log: FastifyBaseLogger
}

/** The inspector where the config has it, and the part of the app that shows it or says that it is off. */
export function buildInspecting(options: InspectingOptions): {
  inspector: Inspector | undefined
  part: FastifyPluginAsync
} {
  const { config, cluster, joins, membership, nameOf, log } = options
  const { enabled, url } = config.cluster.inspector
  let told = false
  const inspector = enabled
    ? createInspector({
        roots: () => [...cluster.roots(), ...joins.roots()],
        onRoot: joins.onRoot,
        nameOf,
        onFault: (error) => {
          // Once: what fails for one message fails for thousands.
          if (!told) log.warn({ err: error }, 'the inspector could not tell of something')
          told = true
        }
      })
    : undefined
  if (enabled) log.info({ url }, 'the inspector is on: who watches shows names, addresses and states to that page')
  const pages = { inspector, inspectorUrl: url, root: builtDashboard(), openers: openersOf(config) }
  return { inspector, part: (scope) => inspect(scope, { ...pages, find: membership.find }) }
}
