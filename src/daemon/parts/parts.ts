import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { createLastSeen } from '../../cluster/membership/last-seen.ts'
import { createPolicies } from '../../cluster/membership/policies.ts'
import { createReachability } from '../../cluster/opinions/reachability.ts'
import { createPeerList } from '../../cluster/peers/peer-list.ts'
import { openersOf } from '../../http/access/origin.ts'
import { acceptWebSockets } from '../../http/sockets/websockets.ts'
import { deploymentStreams } from '../../http/streams/deployment-streams.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { createParser } from '../../parsing/parser.ts'
import { operatorKeysOf } from '../keys.ts'
import { guardOwnName } from '../own-name.ts'
import { buildAccess } from './access.ts'
import { buildTelling } from './alerting/telling.ts'
import { buildGround, type GroundOptions } from './ground.ts'
import { buildInsight } from './insight.ts'
import { buildInspecting } from './inspecting.ts'
import { buildIntroducing } from './introducing.ts'
import { buildJoining } from './joining.ts'
import { buildLocal } from './local.ts'
import { buildMeasuring } from './measuring.ts'
import { buildReaching } from './reaching.ts'
import { buildServing } from './serving.ts'
import { buildTraffic } from './traffic.ts'
import { buildWatching } from './watching.ts'

export interface PartsOptions extends GroundOptions {
  metrics: Metrics
  secrets: readonly string[]
}

/** Every part of a daemon, in order; each registers its end where it is built. Nothing listens yet. @throws Fatal */
export async function buildParts(options: PartsOptions) {
  const { config, log, metrics, store, secrets, closing } = options
  const { members } = store
  const { operatorKeys, adminKeyFile } = operatorKeysOf(config)
  const ground = await buildGround(options, () => app)
  const { base, served, certificate, fronting } = ground
  const { self, events, clock } = base
  const assertStartable = guardOwnName(members, self)
  const belonging = await buildBelonging(ground, () => app)
  const { watching, joining, introducing, reaching, onAccepted } = belonging
  const { cluster } = watching
  const { joins, membership } = joining
  const { callers, openAnswers, audit } = await buildAccess({
    ...base,
    users: fronting?.users,
    ...{ operatorKeys, secrets, cluster, rotation: joining.rotation, onAccepted }
  })
  const lastSeen = createLastSeen({ cluster, membership, onFault: base.onFault })
  closing.add(lastSeen.stop)
  const parser = createParser()
  closing.add(parser.close)
  const machine = buildLocal({ ...base, parser, engineTimeoutMs: options.engineTimeoutMs })
  closing.add(machine.close)
  const local = { ...machine, ...fronting?.node }
  const unkept = (fault: unknown) => log.debug({ err: fault }, 'the figures of this machine could not be kept')
  const insight = buildInsight({ ...base, cluster, joins, local: machine, onFault: unkept })
  closing.add(insight.close)
  const { proxy, ...traffic } = buildTraffic({ ...base, watching, local, parser, audit })
  const { aggregate } = traffic
  const flatrun = fronting?.front.state
  const telling = await buildTelling({
    ...base,
    ...{ watching, aggregate, local, flatrun, certificate: certificate.current }
  })
  closing.add(telling.alerts.close)
  const inspecting = buildInspecting({ ...base, cluster, joins, membership, nameOf: (id) => members.get(id)?.name })
  const seen = { metrics, cluster, local, inspector: inspecting.inspector, links: reaching.links, flatrun }
  const measuring = buildMeasuring({ ...base, ...joining, ...seen })

  // A room of its own: where the plugin is, no other route can open a socket in its own way.
  const sockets: FastifyPluginAsync = async (scope) => {
    await acceptWebSockets(scope)
    await scope.register(inspecting.part)
    if (!fronting) await deploymentStreams(scope, { local, callers, openers: openersOf(config) })
  }
  closing.add(store.hurry)
  const app: FastifyInstance = await buildServing({
    ...base,
    ...{ served, openAnswers, reaching, limits: options.limits, watch: metrics },
    services: {
      ...{ ...joining, ...introducing, ...traffic, ...insight.services },
      ...{ self, events, cluster, local, callers, audit, history: watching.history, opinionOf: watching.opinionOf },
      ...{ alerts: telling.alerts, handover: telling.handover, linkedPeers: reaching.linkedPeers },
      policies: createPolicies({ members, events }),
      peerList: createPeerList({ members, cluster }),
      reachability: createReachability({ self, members, cluster, remote: watching.remote, clock }),
      ...(fronting && { front: fronting.front })
    },
    parts: [proxy, measuring, sockets]
  })
  closing.add(telling.farewell)
  return {
    ...{ joins, introducing, reaching, app, self, cluster, events, served, certificate, callers, openAnswers },
    ...{ adminKeyFile, assertStartable },
    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      await lastSeen.flush()
      await joining.tidy()
      await introducing.tidy()
      await fronting?.tidy()
    }
  }
}

/** Who belongs to this node, how each comes, how each is, and how each is reached. */
async function buildBelonging(
  { base, certificate }: Awaited<ReturnType<typeof buildGround>>,
  app: () => FastifyInstance
) {
  const { onFault } = base
  const onAccepted = (id: string) => joining.membership.confirmed(id).catch(onFault)
  const watching = buildWatching({ ...base, onAccepted })
  const joining = buildJoining({ ...base, watching, pin: () => certificate.current()?.pin })
  const introducing = await buildIntroducing({ ...base, watching, joining })
  const reaching = buildReaching({
    ...{ ...base, watching, app },
    onTurn: () => void joining.cards.tidy().catch(onFault),
    onMoved: () => void introducing.introductions.retry().catch(onFault)
  })
  return { watching, joining, introducing, reaching, onAccepted }
}
