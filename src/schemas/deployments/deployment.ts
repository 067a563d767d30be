import { type Static, Type } from 'typebox'

export const DeploymentStatus = Type.Enum(['running', 'partial', 'stopped', 'error', 'unknown'])
export type DeploymentStatus = Static<typeof DeploymentStatus>

export const DeploymentService = Type.Object({
  name: Type.String(),
  container_id: Type.String(),
  image: Type.String(),
  status: Type.String(),
  health: Type.Optional(Type.String()),
  ports: Type.Optional(Type.Array(Type.String())),
  networks: Type.Optional(Type.Array(Type.String())),
  created_at: Type.String(),
  /** Of a service that is scaled; the other fields are those of the container that needs attention. */
  replicas: Type.Optional(Type.Object({ running: Type.Integer(), total: Type.Integer() })),
  /** When one of its containers was started last, and how often its policy has started them again: of one deployment. */
  started_at: Type.Optional(Type.String()),
  restart_count: Type.Optional(Type.Integer()),
  /** Why it cannot be judged, or what the compose file says otherwise. */
  status_reason: Type.Optional(Type.String())
})
export type DeploymentService = Static<typeof DeploymentService>

/** One compose project in one folder (FlatRun's shape; `error`, `status_reason` and `warnings` are ours). */
export const Deployment = Type.Object({
  name: Type.String(),
  path: Type.String(),
  status: DeploymentStatus,
  created_at: Type.String(),
  updated_at: Type.String(),
  services: Type.Array(DeploymentService),
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Why the compose file cannot be used. */
  error: Type.Optional(Type.String()),
  /** Why the status is `unknown` or `error`. */
  status_reason: Type.Optional(Type.String()),
  warnings: Type.Optional(Type.Array(Type.String()))
})
export type Deployment = Static<typeof Deployment>

export const DeploymentList = Type.Object({
  deployments: Type.Array(Deployment),
  items: Type.Optional(Type.Array(Deployment)),
  path: Type.String(),
  /** Why `path` cannot be listed. */
  error: Type.Optional(Type.String()),
  engine: Type.Optional(Type.Object({ state: Type.String(), detail: Type.Optional(Type.String()) }))
})
export type DeploymentList = Static<typeof DeploymentList>
