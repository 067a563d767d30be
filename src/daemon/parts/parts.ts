import type { FastifyPluginAsync } from 'fastify'
import { systemClock } from '../../clock.ts'
import { createAnnouncing } from '../../cluster/absence/announcing.ts'
import { createKeptEvents } from '../../cluster/events/persistent.ts'
import { createHandover } from '../../cluster/handover/handover.ts'
import { createTell } from '../../cluster/handover/tell.ts'
import { openIdentity } from '../../cluster/identity/own-identity.ts'
import { createLastSeen } from '../../cluster/membership/last-seen.ts'
import { createPolicies } from '../../cluster/membership/policies.ts'
import { createReachability } from '../../cluster/opinions/reachability.ts'
import { createPeerList } from '../../cluster/peers/peer-list.ts'
import { createSelf } from '../../cluster/peers/self.ts'
import { openersOf } from '../../http/access/origin.ts'
import { acceptWebSockets } from '../../http/sockets/websockets.ts'
import { deploymentStreams } from '../../http/streams/deployment-streams.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { createParser } from '../../parsing/parser.ts'
import type { Store } from '../../store/store.ts'
import { asFlatRun, readVersion } from '../../version.ts'
import { createCertificateSwap } from '../certificate.ts'
import type { Closing } from '../closing.ts'
import type { DaemonOptions } from '../daemon.ts'
import { operatorKeysOf } from '../keys.ts'
import { announce, hostsOf } from '../listen.ts'
import { logEvents } from '../log/log-events.ts'
import { guardOwnName } from '../own-name.ts'
import { loadTls } from '../tls.ts'
import { buildAccess } from './access.ts'
import { buildAlerts } from './alerting/alerts.ts'
import { buildFronting } from './fronting.ts'
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

export interface PartsOptions extends DaemonOptions {
  metrics: Metrics
  store: Store
  secrets: readonly string[]
  onFault: (error: unknown) => void
  closing: Closing
}

/** Every part of a daemon, in order; each registers its end where it is built. Nothing listens yet. @throws Fatal */
export async function buildParts(options: PartsOptions) {
  const { config, log, clock = systemClock, metrics, store, secrets, onFault, closing } = options
  const { members } = store
  const { operatorKeys, adminKeyFile } = operatorKeysOf(config)
  const readCertificate = () => loadTls(config.api.tls, { dataPath: config.dataPath, hosts: hostsOf(config) })
  const served = readCertificate()

  const kept = createKeptEvents({ store: store.events, onFault })
  closing.add(kept.close)
  const events = kept.log
  logEvents(events, log)
  const certificate = createCertificateSwap({
    served,
    load: readCertificate,
    log,
    events,
    app: () => app,
    onTaken: ({ cert }) => announce(config.dataPath, self.listensAt(), cert)
  })
  const { enabled, serverName, advertiseUrl, otherUrls } = config.cluster
  const version = readVersion()
  const fronting = await buildFronting({ config, log, store, events, onFault, closing })
  const self = createSelf({
    store,
    version,
    toldVersion: () => fronting?.version() ?? asFlatRun(version),
    ...{ enabled, serverName, advertiseUrl, otherUrls }
  })
  const base = { config, log, store, self, events, clock, onFault, closing }
  const assertStartable = guardOwnName(members, self)
  const onAccepted = (id: string) => joining.membership.confirmed(id).catch(onFault)
  const watching = buildWatching({ ...base, onAccepted })
  const { cluster, history } = watching
  const joining = buildJoining({ ...base, watching, pin: () => certificate.current()?.pin })
  const { membership, joins, rotation } = joining
  const introducing = await buildIntroducing({ ...base, watching, joining })
  const reaching = buildReaching({
    ...{ ...base, watching, app: () => app },
    onTurn: () => void joining.cards.tidy().catch(onFault),
    onMoved: () => void introducing.introductions.retry().catch(onFault)
  })
  const access = await buildAccess({
    ...base,
    users: fronting?.users,
    operatorKeys,
    secrets,
    cluster,
    rotation,
    onAccepted
  })
  const { callers, openAnswers } = access
  const lastSeen = createLastSeen({ cluster, membership, onFault })
  closing.add(lastSeen.stop)
  const parser = createParser()
  closing.add(parser.close)
  const machine = buildLocal({ ...base, parser, engineTimeoutMs: options.engineTimeoutMs })
  closing.add(machine.close)
  const local = { ...machine, ...fronting?.node }
  const unkept = (fault: unknown) => log.debug({ err: fault }, 'the figures of this machine could not be kept')
  const insight = buildInsight({ ...base, cluster, joins, local: machine, onFault: unkept })
  closing.add(insight.close)
  const { aggregate, proxy, ...restarts } = buildTraffic({ ...base, watching, local, parser, audit: access.audit })
  const handover = createHandover({
    ...{ self, members, clock },
    isOnline: (id) => cluster.peer(id)?.verdict === 'online',
    identity: () => openIdentity(store),
    targets: () => alerts.targets(),
    tell: createTell({ members, remote: watching.remote })
  })
  const announcing = createAnnouncing({ members, cluster, remote: watching.remote, ongoing: () => alerts.ongoing() })
  const alerts = await buildAlerts({
    ...{ ...base, watching, aggregate, local, handover, flatrun: fronting?.front.state },
    ...{ certificate: certificate.current, announce: announcing.announce }
  })
  closing.add(alerts.close)
  const nameOf = (id: string) => members.get(id)?.name
  const inspecting = buildInspecting({ ...base, cluster, joins, membership, nameOf })
  const { inspector } = inspecting
  const seen = { metrics, cluster, local, inspector, links: reaching.links, flatrun: fronting?.front.state }
  const measuring = buildMeasuring({ ...base, ...joining, ...seen })

  // A room of its own: where the plugin is, no other route can open a socket in its own way.
  const sockets: FastifyPluginAsync = async (scope) => {
    await acceptWebSockets(scope)
    await scope.register(inspecting.part)
    if (!fronting) await deploymentStreams(scope, { local, callers, openers: openersOf(config) })
  }
  closing.add(store.hurry)
  const policies = createPolicies({ members, events })
  const peerList = createPeerList({ members, cluster })
  const used = {
    policies,
    peerList,
    cluster,
    history,
    alerts,
    aggregate,
    ...restarts,
    local,
    callers,
    audit: access.audit
  }
  const app = await buildServing({
    ...base,
    served,
    openAnswers,
    reaching,
    limits: options.limits,
    watch: metrics,
    services: {
      ...joining,
      ...introducing,
      opinionOf: watching.opinionOf,
      handover,
      reachability: createReachability({ self, members, cluster, remote: watching.remote, clock }),
      ...insight.services,
      ...used,
      self,
      events,
      linkedPeers: reaching.linkedPeers,
      ...(fronting && { front: fronting.front })
    },
    parts: [proxy, measuring, sockets]
  })
  closing.add(announcing.farewell)
  return {
    joins,
    introducing,
    reaching,
    app,
    self,
    cluster,
    events,
    served,
    certificate,
    callers,
    openAnswers,
    adminKeyFile,
    assertStartable,
    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      await lastSeen.flush()
      await joining.tidy()
      await introducing.tidy()
      await fronting?.tidy()
    }
  }
}
