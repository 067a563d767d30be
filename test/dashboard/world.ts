import type { Answer } from '../../src/schemas/answer.ts'
import type { Deployment } from '../../src/schemas/deployments/deployment.ts'
import type { RolloutView } from '../../src/schemas/deployments/operation.ts'
import type { Stats } from '../../src/schemas/deployments/stats.ts'
import type { ClusterEvent } from '../../src/schemas/event.ts'
import type { Verdict } from '../../src/schemas/health.ts'
import type { IntroductionView } from '../../src/schemas/joining/introduction.ts'
import type { PeerView } from '../../src/schemas/peer.ts'

/** One server of an invented cluster. */
export interface Server {
  name: string
  verdict: Verdict
  latencyMs?: number
  sinceS?: number
  error?: string
  code?: NonNullable<Answer['code']>
  /** What it does not know of itself. */
  incomplete?: NonNullable<Answer['incomplete']>
  load?: [cpu: number, memory: number, disk: number]
  flapping?: boolean
  /** It dials this server, and cannot be dialled. */
  reach?: 'reverse'
  /** Its invite said that its maker is asked first. */
  awaitsApproval?: boolean
  joinedS?: number
  version?: string
  tags?: string[]
  /** That were set on this server. */
  ownTags?: string[]
  deployments: Deployment[]
}

export interface World {
  self: string
  enabled: boolean
  key: string
  authEnabled: boolean
  readOnly?: boolean
  servers: Server[]
  events: ClusterEvent[]
  introductions?: IntroductionView[]
  rollouts?: RolloutView[]
  /** Links that are cut in one direction, from whom to whom. */
  cut?: readonly (readonly [from: string, to: string])[]
  now: number
  /** Of this server, where something is wrong with it. */
  engine?: { state: string; detail: string }
}

export const ago = (world: Pick<World, 'now'>, seconds: number) => new Date(world.now - seconds * 1000).toISOString()

export function deployment(name: string, images: string[], more: Partial<Deployment> = {}): Deployment {
  const status = more.status ?? 'running'
  return {
    name,
    path: `/srv/deployments/${name}`,
    status,
    created_at: '2026-09-02T09:12:00Z',
    updated_at: '2026-11-20T17:40:00Z',
    services: images.map((image, index) => ({
      name: serviceName(image),
      container_id: `${name}${index}`.padEnd(12, '0').slice(0, 12),
      image,
      status: status === 'stopped' ? 'exited' : status === 'partial' && index > 0 ? 'exited' : 'running',
      ports: index === 0 ? ['8080:80'] : [],
      networks: [`${name}_default`],
      created_at: '2026-11-20T17:40:00Z'
    })),
    ...more
  }
}

const serviceName = (image: string) => image.split(':')[0]?.split('/').at(-1) ?? image

export function peerView(world: World, server: Server, number: number): PeerView {
  const reachable = server.verdict === 'online' || server.verdict === 'suspect'
  const seen = ago(world, server.verdict === 'online' ? 3 : (server.sinceS ?? 60) + 20)
  return {
    name: server.name,
    url: `https://${server.name.replace(/[^a-z0-9.-]/gi, '')}.example.net:8090`,
    online: reachable,
    last_seen: seen,
    ...(server.error ? { error: server.error } : {}),
    id: number,
    status: server.verdict === 'pending' ? 'pending' : reachable ? 'active' : 'unreachable',
    created_at: ago(world, server.joinedS ?? 40 * 86_400),
    last_seen_at: seen,
    peer_id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    state: server.verdict,
    since: ago(world, server.sinceS ?? 6 * 86_400),
    transport: server.version?.startsWith('0.3') ? 'insecure' : 'pinned',
    reach: server.reach ?? 'direct',
    reach_back: 'direct',
    features: server.version?.startsWith('0.3') ? [] : ['events', 'checks', 'leave', 'rotate'],
    version: server.version ?? '0.1.0',
    ...(server.latencyMs === undefined ? {} : { latency_ms: server.latencyMs }),
    ...(server.awaitsApproval ? { awaits_approval: true, fingerprint: '9c1e-0b52-77d4-a3f8-5e20-c6b1-48fd-913a' } : {}),
    ...(server.tags && { tags: server.tags }),
    ...(server.ownTags?.length && { own_tags: server.ownTags }),
    failures: reachable ? 0 : 4,
    flapping: server.flapping ?? false,
    restarts: 0,
    next_check_at: ago(world, -17)
  }
}

export function stats(server: Server): Stats {
  const [cpu, memory, disk] = server.load ?? [12, 43, 51]
  const GIB = 1024 ** 3
  const running = server.deployments.filter(({ status }) => status === 'running').length
  const containers = server.deployments.flatMap(({ services }) => services)
  const up = containers.filter(({ status }) => status === 'running').length
  return {
    deployments: {
      total_deployments: server.deployments.length,
      running,
      stopped: server.deployments.length - running,
      error: 0,
      unknown: 0,
      last_updated: '2026-11-23T00:00:00Z'
    },
    containers: { total: containers.length, running: up, stopped: containers.length - up },
    system: {
      cpu: { usage_percent: cpu, cores: 8 },
      memory: {
        total: 32 * GIB,
        used: (32 * GIB * memory) / 100,
        free: 4 * GIB,
        available: (32 * GIB * (100 - memory)) / 100,
        usage_percent: memory
      },
      disk: {
        total: 512 * GIB,
        used: (512 * GIB * disk) / 100,
        free: (512 * GIB * (100 - disk)) / 100,
        usage_percent: disk,
        mount_point: '/'
      },
      uptime: 4_300_000,
      load_avg: { load1: cpu / 12, load5: cpu / 13, load15: cpu / 15 }
    }
  }
}
