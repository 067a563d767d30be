import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Clock } from '../machines/clock.ts'
import { createAdmission } from './cluster/admission.ts'
import { createAggregate } from './cluster/aggregate.ts'
import { createCallers } from './cluster/callers.ts'
import { systemClock } from './cluster/clock.ts'
import { type Cluster, createCluster } from './cluster/cluster.ts'
import { createHistory } from './cluster/history.ts'
import { createInvites } from './cluster/invites.ts'
import { createJoins } from './cluster/joins.ts'
import { createKeptEvents } from './cluster/kept-events.ts'
import { createLastSeen } from './cluster/last-seen.ts'
import { createMembership } from './cluster/membership.ts'
import { specOf } from './cluster/peers.ts'
import { createPolicies } from './cluster/policy.ts'
import { createSelf } from './cluster/self.ts'
import { createSignedCallers } from './cluster/signed-callers.ts'
import { targetOf } from './cluster/transport.ts'
import { createUpstreams } from './cluster/upstreams.ts'
import type { Config } from './config.ts'
import { Fatal } from './errors.ts'
import { buildApp } from './http/app.ts'
import { dashboard } from './http/dashboard.ts'
import { registerProxy } from './http/proxy/proxy.ts'
import { createLocalNode } from './local/node.ts'
import { createRemote } from './remote/client.ts'
import { createProbe } from './remote/probe.ts'
import { Departure, JoinAttempt } from './schemas/joining.ts'
import { keptSecret } from './secrets.ts'
import { mayDial } from './security/addresses.ts'
import { createSessions } from './security/session.ts'
import { createSigner } from './security/signatures.ts'
import { prepareDataPath } from './store/database.ts'
import { credentialContext, openStore, type Store } from './store/store.ts'
import { readVersion } from './version.ts'

export interface DaemonOptions {
  config: Config
  log: FastifyBaseLogger
  /** Time for the machines. */
  clock?: Clock
  /** A descriptor that listens already; else the port of the config is opened. */
  listener?: number | undefined
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
  /** Takes effect at the next request. Not for a daemon that made its own key: that one is started anew. */
  replaceOperatorKeys(keys: Config['auth']['apiKeys']): void
  close(): Promise<void>
}

const MINUTE_MS = 60_000
/** How long requests under way may last after the listener has closed. */
const GRACE_MS = 10_000

/** Builds every part in order, and closes them in reverse. Two daemons fit in one process. @throws Fatal */
export async function startDaemon({ config, log, clock, listener }: DaemonOptions): Promise<Daemon> {
  prepareDataPath(config.dataPath)
  const secrets =
    config.auth.jwtSecrets.length > 0 ? config.auth.jwtSecrets : [keptSecret(config.dataPath, 'secret').value]
  const onError = (error: unknown) => log.error({ err: error }, 'something failed inside')
  const store = await openStore({ folder: config.dataPath, secrets, onError })
  try {
    return await assemble({ config, log, store, secrets, onError, listener, ...(clock && { clock }) })
  } catch (error) {
    store.close()
    throw error
  }
}

interface Parts extends DaemonOptions {
  store: Store
  secrets: readonly string[]
  onError: (error: unknown) => void
}

async function assemble({
  config,
  log,
  clock = systemClock,
  listener,
  store,
  secrets,
  onError
}: Parts): Promise<Daemon> {
  const { members, vault } = store
  const { cluster: settings } = config
  const adminKey = config.auth.apiKeys.length > 0 ? undefined : keptSecret(config.dataPath, 'admin.key', 'fr_')
  const operatorKeys = adminKey
    ? [{ key: adminKey.value, name: 'admin', scopes: ['read', 'write'] as const }]
    : config.auth.apiKeys
  let stopping = false

  const kept = createKeptEvents({ store: store.events, onFault: onError })
  const events = kept.log
  const self = createSelf({
    store,
    version: readVersion(),
    enabled: settings.enabled,
    serverName: settings.serverName,
    advertiseUrl: settings.advertiseUrl
  })
  const departures = await store.table('departures', Departure)
  const credentialOf = (id: string) => {
    const sealed = members.get(id)?.credential.sealed ?? departures.get(id)?.notice?.credential
    return sealed === undefined ? undefined : vault.open(sealed, credentialContext(id))
  }
  const signer = createSigner()
  const remote = createRemote({
    credentialOf,
    sign: ({ id, url }, { method, path, bodyDigest }) => {
      const inside = path.slice(new URL(url).pathname.replace(/\/+$/, '').length)
      return signer(
        credentialOf(id) ?? '',
        bodyDigest === undefined ? { method, path: inside } : { method, path: inside, bodyDigest }
      )
    },
    lookupGuard: (address) => mayDial(address, self.dialPolicy()),
    onConnectionClosed: (id) => cluster.signOfDeath(id)
  })
  const targetOfId = (id: string) => {
    const member = members.get(id)
    return member && targetOf(member)
  }
  const ask = createProbe({
    remote,
    targetOf: targetOfId,
    timeoutMs: Math.min(settings.requestTimeoutMs, 5_000)
  })
  const cluster = createCluster({
    probe: async (spec, signal) => {
      const answer = await ask(spec, signal)
      // A peer that accepts our key has stored us.
      const accepted = answer.ok && (answer.features !== undefined || answer.asked.endsWith('/api/cluster/status'))
      if (accepted && members.get(spec.id)?.state === 'pending') membership.confirmed(spec.id).catch(onError)
      return answer
    },
    events,
    rule: { intervalMs: settings.healthIntervalMs },
    onFault: onError,
    clock
  })
  const history = createHistory({
    ...{ store: store.history, clock, cluster, onFault: onError },
    isMember: (id) => members.get(id) !== undefined
  })
  const invites = createInvites({ store, self, events })
  const membership = createMembership({ store, departures, cluster, invites, remote, events })
  const admission = createAdmission({
    store,
    self,
    invites,
    cluster,
    events,
    exchange: settings.exchange,
    allowInsecure: settings.allowInsecureExchange
  })
  const joins = createJoins({
    store,
    journal: await store.table('joins', JoinAttempt),
    self,
    invites,
    remote,
    cluster,
    events,
    allowInsecure: settings.allowInsecureExchange,
    onError
  })
  const callers = createCallers({
    operatorKeys,
    sessions: createSessions(secrets),
    members,
    signed: createSignedCallers({ members, vault }),
    onMember: ({ id, state }) => {
      cluster.signOfLife(id)
      if (state === 'pending') membership.confirmed(id).catch(onError)
    }
  })
  const lastSeen = createLastSeen({ cluster, membership, onError })
  const local = createLocalNode({
    deploymentsPath: config.deploymentsPath,
    dockerSocket: config.dockerSocket,
    onDeploymentChange: ({ name, from, to }) =>
      events.publish({ type: 'deployment.changed', facts: { deployment: name }, from, to })
  })

  const aggregate = createAggregate({
    local,
    remote,
    targetOf: targetOfId,
    peers: cluster.peers,
    selfName: self.name,
    signOfLife: (id) => cluster.signOfLife(id),
    signOfDeath: (id) => cluster.signOfDeath(id),
    maxConcurrency: settings.maxConcurrency
  })
  const upstream = createUpstreams({ members, cluster, remote })

  const app = await buildApp({
    services: {
      self,
      callers,
      membership,
      invites,
      admission,
      joins,
      policies: createPolicies({ members, events }),
      cluster,
      history,
      aggregate,
      events,
      local,
      authEnabled: config.auth.enabled,
      stopping: () => stopping
    },
    log,
    authEnabled: config.auth.enabled,
    trustProxy: config.api.trustProxy,
    cors: { enabled: config.api.enableCors, origins: config.api.allowedOrigins },
    parts: [
      (scope) =>
        registerProxy(scope, {
          find(name) {
            self.assertEnabled()
            return upstream(name)
          },
          signOfDeath: (id) => cluster.signOfDeath(id),
          allowedOrigins: config.api.allowedOrigins
        }),
      (scope) => dashboard(scope, { root: builtDashboard() })
    ]
  })

  const housekeeping = setInterval(() => keepHouse().catch(onError), MINUTE_MS)
  housekeeping.unref()
  async function keepHouse(): Promise<void> {
    await lastSeen.flush()
    await invites.tidy()
    await membership.tidy()
  }

  async function close(): Promise<void> {
    stopping = true
    clearInterval(housekeeping)
    const graceOver = setTimeout(() => app.server.closeAllConnections(), GRACE_MS)
    await app.close()
    clearTimeout(graceOver)
    joins.stop()
    cluster.stop()
    await history.close()
    kept.close()
    await lastSeen.flush()
    lastSeen.stop()
    await Promise.all([remote.close(), local.close()])
    store.close()
  }

  try {
    const url = await listen(app, config, listener)
    self.listening(url)
    cluster.start(members.all().map(specOf))
    joins.resume()
    keepHouse().catch(onError)
    events.publish({ type: 'node.started', facts: { version: self.version.version } })
    return {
      url,
      adminKeyFile: adminKey?.file,
      ticket: config.auth.enabled && adminKey ? callers.createTicket('admin') : undefined,
      app,
      cluster,
      replaceOperatorKeys: callers.replaceOperatorKeys,
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Beside the bundled program, or where a checkout builds it. */
function builtDashboard(): string {
  const places = ['dashboard', '../dist/dashboard'].map((place) => path.join(import.meta.dirname, place))
  return places.find((place) => existsSync(path.join(place, '.built'))) ?? ''
}

async function listen(app: FastifyInstance, { api }: Config, listener: number | undefined): Promise<string> {
  const { host, port } = api
  // Fastify hands this on to Node's server, which knows `fd`; its own types do not.
  const place = listener === undefined ? { host, port } : { host, fd: listener }
  try {
    await app.listen(place)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EADDRINUSE')
      throw new Fatal(71, `port ${api.port} on ${api.host} is taken; stop what listens there, or set api.port`, {
        cause
      })
    if (code === 'EACCES')
      throw new Fatal(71, `port ${api.port} may not be opened by this user; use one above 1023`, { cause })
    if (code === 'EADDRNOTAVAIL')
      throw new Fatal(71, `${api.host} is no address of this machine; set api.host`, { cause })
    throw cause
  }
  const address = app.server.address()
  return urlOf(address, api.tls.mode === 'off' ? 'http' : 'https')
}

function urlOf(address: AddressInfo | string | null, scheme: string): string {
  if (address === null || typeof address === 'string') return `${scheme}://localhost`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${scheme}://${host}:${address.port}`
}
