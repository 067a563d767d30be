import { type Static, Type } from 'typebox'
import type { Caller } from '../../cluster/access/caller.ts'
import { FEATURES } from '../../cluster/peers/self.ts'
import { Stopping } from '../../errors/requests.ts'
import { Version } from '../../schemas/names.ts'
import { anybody, operator, operatorOrPeer } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const Health = Type.Object({
  status: Type.Literal('healthy'),
  agent: Type.Literal('flatrun'),
  version: Version,
  /** Of this program; `version` is the one that FlatRun's clients understand. */
  agent_version: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  node_id: Type.Optional(Type.String()),
  features: Type.Optional(Type.Array(Type.String())),
  time: Type.Optional(Type.String()),
  /** To a peer: false where this server asks it in vain at its address. */
  reaches_you: Type.Optional(Type.Literal(false)),
  /** FlatRun's agent behind this one. */
  flatrun: Type.Optional(Type.Object({ reachable: Type.Boolean(), error: Type.Optional(Type.String()) }))
})

/** No list at its top: FlatRun's command line shows an answer that has one list as that list alone. */
const ClusterStatus = Type.Object({
  enabled: Type.Boolean(),
  server_name: Type.Optional(Type.String()),
  peer_count: Type.Optional(Type.Integer()),
  version: Type.Optional(Version),
  agent_version: Type.Optional(Type.String()),
  advertise_url: Type.Optional(Type.String()),
  node_id: Type.Optional(Type.String()),
  /** Of this server's identity, to be compared with what other servers show of it. */
  fingerprint: Type.Optional(Type.String()),
  /** The words that this server is found by. */
  self: Type.Optional(Type.Object({ tags: Type.Array(Type.String()) })),
  /** Introduced servers, and peers that their introducer takes back, that wait for an operator. */
  waiting: Type.Optional(Type.Integer()),
  /** Targets of alerts that take no messages for ten minutes. */
  alerts: Type.Optional(Type.Object({ failing: Type.Array(Type.String()) })),
  peers: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  /** How watching the peers goes: quarantined peers are named. */
  supervision: Type.Optional(
    Type.Object({
      actors: Type.Integer(),
      crashes: Type.Integer(),
      prober_crashes: Type.Integer(),
      quarantined: Type.Array(Type.String())
    })
  )
})

/** In FlatRun's order, which is another than that of the status. */
const SetupReply = Type.Object({
  enabled: Type.Literal(true),
  server_name: Type.String(),
  advertise_url: Type.String(),
  peer_count: Type.Integer(),
  version: Version
})

const SetupRequest = Type.Object({
  server_name: Type.String({ minLength: 1, maxLength: 255 }),
  advertise_url: Type.String({ minLength: 1, maxLength: 512 })
})

type StatusServices = Pick<
  Services,
  'self' | 'membership' | 'cluster' | 'introductions' | 'alerts' | 'linkedPeers' | 'selecting' | 'stopping' | 'front'
>

/** Whether this node is well, and what it is in the cluster. */
export function statusRoutes(app: Routes, services: StatusServices): void {
  const { self, membership, stopping } = services

  app.get(
    '/api/health',
    { config: anybody, schema: { tags: ['status'], summary: 'Whether this agent is well', response: answers(Health) } },
    async ({ caller }) => {
      if (stopping()) throw new Stopping()
      return healthFor(caller, services)
    }
  )

  app.get(
    '/api/cluster/status',
    {
      config: operatorOrPeer('cluster:read'),
      schema: {
        tags: ['cluster'],
        summary: 'Whether clustering is on, and who this server is',
        response: answers(ClusterStatus)
      }
    },
    async ({ caller }) => {
      if (!self.enabled()) return { enabled: false }
      // How this server's other peers are is no business of a peer's.
      return caller.kind === 'peer' ? ownStatus(services) : { ...ownStatus(services), ...clusterStatus(services) }
    }
  )

  app.post(
    '/api/cluster/setup',
    {
      config: { ...operator('cluster:write'), target: ['server_name'] },
      schema: { tags: ['cluster'], summary: 'Turn clustering on', body: SetupRequest, response: answers(SetupReply) }
    },
    async ({ body }) => {
      const { serverName, advertiseUrl } = await self.setup(body.server_name, body.advertise_url)
      return {
        enabled: true as const,
        server_name: serverName,
        advertise_url: advertiseUrl,
        peer_count: membership.count(),
        version: self.toldVersion()
      }
    }
  )
}

function healthFor(caller: Caller, { self, linkedPeers, front }: StatusServices): Static<typeof Health> {
  const health = { status: 'healthy' as const, agent: 'flatrun' as const, version: self.toldVersion() }
  if (caller.kind === 'nobody') return health
  return {
    ...health,
    agent_version: self.version.version,
    name: self.name(),
    node_id: self.nodeId(),
    features: [...FEATURES],
    time: new Date().toISOString(),
    ...(caller.kind === 'peer' && linkedPeers.isDialledInVain(caller.id) && { reaches_you: false as const }),
    ...(front && { flatrun: behind(front.state()) })
  }
}

const ownStatus = ({ self, membership }: StatusServices) => ({
  enabled: true,
  server_name: self.name(),
  peer_count: membership.count(),
  version: self.toldVersion(),
  agent_version: self.version.version,
  advertise_url: self.advertiseUrl(),
  node_id: self.nodeId()
})

function clusterStatus({ self, cluster, introductions, alerts, selecting }: StatusServices) {
  const failing = alerts.failing()
  const { proberCrashes, quarantined, ...supervision } = cluster.supervision()
  return {
    fingerprint: self.fingerprint(),
    self: { tags: [...selecting.ownTags] },
    waiting: introductions.waiting(),
    ...(failing.length > 0 && { alerts: { failing } }),
    peers: countsOf(cluster.peers().map(({ verdict }) => verdict)),
    supervision: { ...supervision, prober_crashes: proberCrashes, quarantined: [...quarantined] }
  }
}

/** How often each occurs. */
const countsOf = (verdicts: readonly string[]) =>
  Object.fromEntries(
    [...new Set(verdicts)].sort().map((verdict) => [verdict, verdicts.filter((one) => one === verdict).length])
  )

const behind = ({ reachable, error }: { reachable: boolean; error?: string }) => ({
  reachable,
  ...(error !== undefined && { error })
})
