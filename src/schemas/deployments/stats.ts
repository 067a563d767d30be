import { type Static, Type } from 'typebox'

/** FlatRun's `/api/stats`: bytes, percent of 0 to 100, seconds. `window_seconds` and `limit` are ours. */
export const SystemStats = Type.Object({
  cpu: Type.Object({
    usage_percent: Type.Number(),
    cores: Type.Integer(),
    /** The time that `usage_percent` is the mean of; absent while it is that since boot. */
    window_seconds: Type.Optional(Type.Number())
  }),
  memory: Type.Object({
    total: Type.Number(),
    used: Type.Number(),
    free: Type.Number(),
    available: Type.Number(),
    usage_percent: Type.Number(),
    /** The memory limit of this agent's cgroup, where there is one below `total`. */
    limit: Type.Optional(Type.Number())
  }),
  disk: Type.Object({
    total: Type.Number(),
    used: Type.Number(),
    free: Type.Number(),
    usage_percent: Type.Number(),
    mount_point: Type.String()
  }),
  uptime: Type.Number(),
  load_avg: Type.Object({ load1: Type.Number(), load5: Type.Number(), load15: Type.Number() })
})
export type SystemStats = Static<typeof SystemStats>

export const Stats = Type.Object({
  deployments: Type.Object({
    total_deployments: Type.Integer(),
    running: Type.Integer(),
    stopped: Type.Integer(),
    error: Type.Integer(),
    unknown: Type.Integer(),
    last_updated: Type.String()
  }),
  containers: Type.Object({ total: Type.Integer(), running: Type.Integer(), stopped: Type.Integer() }),
  system: SystemStats
})
export type Stats = Static<typeof Stats>

/** What a server has, as FlatRun tells it: bytes and percent. */
const Host = Type.Object({
  cpu_cores: Type.Number(),
  cpu_usage_percent: Type.Number(),
  memory_total: Type.Number(),
  memory_available: Type.Number()
})

/** FlatRun places workloads by this. No agent of ours takes any, and each says so. */
export const Capacity = Type.Object({
  host: Host,
  policy: Type.Object({ allow_vertical: Type.Boolean(), allow_horizontal: Type.Boolean() }),
  offer: Type.Object({ enabled: Type.Boolean(), reason: Type.String() })
})
export type Capacity = Static<typeof Capacity>

/** The answer to a peer that wants to place workloads here. */
export const CapacityClaim = Type.Object({ enabled: Type.Boolean(), reason: Type.String(), host: Host })

const Provider = Type.Object({
  id: Type.String(),
  active: Type.Boolean(),
  available: Type.Boolean(),
  reason: Type.Optional(Type.String())
})

/** What runs deployments, and what leads requests to them. */
export const Providers = Type.Object({ orchestrators: Type.Array(Provider), routing: Type.Array(Provider) })
export type Providers = Static<typeof Providers>
