import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Clock } from '../../machines/clock.ts'
import { systemClock } from '../clock.ts'
import { createAudit } from '../cluster/access/audit.ts'
import { createDeploymentEvents } from '../cluster/events/deployment-events.ts'
import { createKeptEvents } from '../cluster/events/persistent.ts'
import type { Cluster } from '../cluster/liveness/liveness.ts'
import { createLastSeen } from '../cluster/membership/last-seen.ts'
import { createPolicies } from '../cluster/membership/policies.ts'
import { createPeerList } from '../cluster/peers/peer-list.ts'
import { specOf } from '../cluster/peers/peer-view.ts'
import { createSelf } from '../cluster/peers/self.ts'
import type { Config } from '../config/config.ts'
import { Fatal } from '../errors.ts'
import { buildApp, type Limits } from '../http/app.ts'
import { dashboard } from '../http/pages/dashboard.ts'
import { docs } from '../http/pages/docs.ts'
import { createOpenAnswers } from '../http/sockets/open-answers.ts'
import { createLocalNode } from '../local/node.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { readFolderOn } from '../parsing/large.ts'
import { createParser } from '../parsing/parser.ts'
import { AuditEntry } from '../schemas/audit.ts'
import type { EventLog } from '../schemas/event.ts'
import { prepareDataPath } from '../store/database.ts'
import { assertOwnFolder } from '../store/ownership.ts'
import { openStore, type Store } from '../store/store.ts'
import { readVersion } from '../version.ts'
import { buildAlerts } from './alerts.ts'
import { buildCallers } from './callers.ts'
import { createCertificateSwap, watchCertificate } from './certificate.ts'
import { type Closing, createClosing } from './closing.ts'
import { createFaultLog } from './fault-log.ts'
import { buildInsight } from './insight.ts'
import { buildInspecting } from './inspecting.ts'
import { buildJoining } from './joining.ts'
import { announce, builtDashboard, hostsOf, listen, ownHosts } from './listen.ts'
import { logEvents } from './log-events.ts'
import { buildMeasuring } from './measuring.ts'
import { keptSecret } from './secrets.ts'
import { loadTls } from './tls.ts'
import { buildTraffic } from './traffic.ts'
import { buildWatching } from './watching.ts'

export interface DaemonOptions {
  config: Config
  log: FastifyBaseLogger
  /** Time for the machines. */
  clock?: Clock | undefined
  /** A descriptor that listens already; else the port of the config is opened. */
  listener?: number | undefined
  /** What /metrics tells of the process, beside the daemon's own figures. */
  processFigures?: Registry | undefined
  /** Of connections; the usual ones without. */
  limits?: Limits | undefined
  /** How long a question to the engine may take, milliseconds; three seconds without. */
  engineTimeoutMs?: number | undefined
}

export interface Daemon {
  /** Where it listens. */
  url: string
  /** Where the generated admin key lies; undefined when the config has keys. */
  adminKeyFile: string | undefined
  /** Signs in once, for ten minutes; undefined when authentication is off. */
  ticket: string | undefined
  app: FastifyInstance
  cluster: Cluster
  events: EventLog
  /** Takes effect at the next request. Not for a daemon that made its own key: that one is started anew. */
  replaceOperatorKeys(keys: Config['auth']['apiKeys']): void
  /** Serves the certificate that lies in its place now; false when it is the same. @throws Fatal, and the old one goes on. */
  takeCertificate(): boolean
  /** Whether a daemon with this config would start on what this one knows. @throws Fatal */
  assertStartable(next: Config): void
  close(): Promise<void>
}

const MINUTE_MS = 60_000
/** How long requests under way may last after the listener has closed. */
const GRACE_MS = 10_000

/** Builds every part in order, and closes them in reverse. Two daemons fit in one process. @throws Fatal */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, log } = options
  const closing = createClosing()
  const metrics = createMetrics({ version: readVersion(), process: options.processFigures })
  const tell = createFaultLog(log)
  const failed = (where: 'store' | 'internal') => (error: unknown) => {
    metrics.failed(where)
    tell(error)
  }
  const onError = failed('internal')
  try {
    prepareDataPath(config.dataPath)
    assertOwnFolder(config.dataPath)
    const secrets =
      config.auth.jwtSecrets.length > 0 ? config.auth.jwtSecrets : [keptSecret(config.dataPath, 'secret').value]
    const store = await openStore({ folder: config.dataPath, secrets, onError: failed('store') })
    closing.add(store.close)
    return await assemble({ ...options, metrics, store, secrets, onError, closing })
  } catch (error) {
    await closing.run(onError)
    throw error
  }
}

interface Parts extends DaemonOptions {
  metrics: Metrics
  store: Store
  secrets: readonly string[]
  onError: (error: unknown) => void
  closing: Closing
}

async function assemble(parts: Parts): Promise<Daemon> {
  const { config, log, clock = systemClock, metrics, store, secrets, onError, listener, closing } = parts
  const { members } = store
  const { cluster: settings } = config
  const adminKey = config.auth.apiKeys.length > 0 ? undefined : keptSecret(config.dataPath, 'admin.key', 'fr_')
  const operatorKeys = adminKey
    ? [{ key: adminKey.value, name: 'admin', scopes: ['read', 'write'] as const }]
    : config.auth.apiKeys
  const readCertificate = () => loadTls(config.api.tls, { dataPath: config.dataPath, hosts: hostsOf(config) })
  const served = readCertificate()
  let stopping = false

  const kept = createKeptEvents({ store: store.events, onFault: onError })
  closing.add(kept.close)
  const events = kept.log
  logEvents(events, log)
  const certificate = createCertificateSwap({
    ...{ served, load: readCertificate, log, events },
    app: () => app,
    onTaken: ({ cert }) => announce(config.dataPath, url, cert)
  })
  const self = createSelf({
    store,
    version: readVersion(),
    enabled: settings.enabled,
    serverName: settings.serverName,
    advertiseUrl: settings.advertiseUrl
  })
  const assertName = (name: string) => {
    const peer = members.byName(name)
    if (peer) throw new Fatal(78, nameTaken(peer.name))
  }
  if (self.enabled()) assertName(self.name())
  const onAccepted = (id: string) => void membership.confirmed(id).catch(onError)
  const watching = buildWatching({ config, store, self, events, clock, onError, onAccepted })
  const { remote, cluster, history } = watching
  closing.add(remote.close)
  closing.add(history.close)
  closing.add(cluster.stop)
  const joining = buildJoining({
    config,
    store,
    self,
    events,
    watching,
    onError,
    pin: () => certificate.current()?.pin
  })
  const { membership, joins, rotation } = joining
  closing.add(joins.stop)
  closing.add(joining.cards.stop)
  const callers = buildCallers({ operatorKeys, secrets, store, cluster, rotation, events, onAccepted, onError })
  const openAnswers = createOpenAnswers({ current: callers.current })
  members.subscribe(openAnswers.review)
  closing.add(openAnswers.close)
  const audit = createAudit({ records: await store.table('audit', AuditEntry), onError })
  closing.add(audit.close)
  const lastSeen = createLastSeen({ cluster, membership, onError })
  closing.add(lastSeen.stop)
  const parser = createParser()
  closing.add(parser.close)
  const local = createLocalNode({
    readLarge: readFolderOn(parser),
    deploymentsPath: config.deploymentsPath,
    dockerSocket: config.dockerSocket,
    engineTimeoutMs: parts.engineTimeoutMs,
    audit: createDeploymentEvents(events),
    onDeploymentChange: ({ name, ...change }) =>
      events.publish({ type: 'deployment.changed', facts: { deployment: name }, ...change })
  })

  closing.add(local.close)
  const onFault = (fault: unknown) => log.debug({ err: fault }, 'the figures of this machine could not be kept')
  const insight = buildInsight({ config, cluster, joins, local, onFault })
  closing.add(insight.close)

  const alerts = await buildAlerts({ config, store, self, events, watching, clock, onError })
  closing.add(alerts.close)
  const traffic = buildTraffic({ config, store, self, watching, local, parser })

  const inspecting = buildInspecting({
    ...{ config, cluster, joins, membership, log },
    nameOf: (id) => members.get(id)?.name
  })

  const measuring = buildMeasuring({
    ...{ config, metrics, self, cluster, events, joins, local },
    invites: joining.invites,
    inspector: inspecting.inspector
  })

  const app = await buildApp({
    services: {
      ...joining,
      self,
      callers,
      policies: createPolicies({ members, events }),
      audit,
      cluster,
      history,
      alerts,
      peerList: createPeerList({ members, cluster }),
      aggregate: traffic.aggregate,
      events,
      local,
      ...insight.services,
      rollout: traffic.rollout,
      authEnabled: config.auth.enabled,
      stopping: () => stopping
    },
    log,
    openAnswers,
    authEnabled: config.auth.enabled,
    ownHosts: () => ownHosts(config, self),
    trustProxy: config.api.trustProxy,
    cors: { enabled: config.api.enableCors, origins: config.api.allowedOrigins },
    ...(served && { https: { key: served.key, cert: served.cert } }),
    limits: parts.limits,
    watch: metrics,
    parts: [
      traffic.proxy,
      measuring,
      inspecting.part,
      ...(config.api.docs ? [docs] : []),
      (scope) => dashboard(scope, { root: builtDashboard() })
    ]
  })

  const housekeeping = setInterval(() => keepHouse().catch(onError), MINUTE_MS)
  housekeeping.unref()
  async function keepHouse(): Promise<void> {
    await lastSeen.flush()
    await joining.tidy()
  }

  closing.add(async () => {
    stopping = true
    clearInterval(housekeeping)
    const graceOver = setTimeout(() => app.server.closeAllConnections(), GRACE_MS)
    await app.close()
    clearTimeout(graceOver)
    store.hurry()
  })

  const url = await listen(app, config, listener)
  self.listening(url)
  announce(config.dataPath, url, served?.cert)
  closing.add(watchCertificate(config.api.tls, certificate.noticed))
  cluster.start(members.all().map(specOf))
  joins.resume()
  keepHouse().catch(onError)
  events.publish({ type: 'node.started', facts: { version: self.version.version } })
  if (store.restored) {
    log.warn(RESTORED)
    events.publish({ type: 'node.restored', reason: RESTORED })
  }
  return {
    url,
    adminKeyFile: adminKey?.file,
    ticket: config.auth.enabled && adminKey ? callers.createTicket('admin') : undefined,
    app,
    cluster,
    events,
    replaceOperatorKeys(keys) {
      callers.replaceOperatorKeys(keys)
      openAnswers.review()
    },
    assertStartable: ({ cluster: next }) => next.enabled && assertName(next.serverName),
    takeCertificate: certificate.take,
    close: () => closing.run(onError)
  }
}

/** Under one name in every list, one of the two would hide the other. */
const nameTaken = (name: string) =>
  `cluster.server_name: a peer of this server is called "${name}"; give this server another name, or remove that peer before`

const RESTORED =
  'The store is older than the last days of this node: a backup was restored. Peers that were removed since are listed again and stay locked out; peers that joined since are missing'
