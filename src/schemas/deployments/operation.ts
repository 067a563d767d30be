import { type Static, Type } from 'typebox'
import { Timestamp } from '../names.ts'
import { Deployment } from './deployment.ts'

export const Action = Type.Enum(['start', 'stop', 'restart'])
export type Action = Static<typeof Action>

/** One change of a deployment, while it runs and for 15 minutes after (FlatRun's shape; `by` is ours). */
export const Job = Type.Object({
  id: Type.String(),
  deployment: Type.String(),
  action: Action,
  status: Type.Enum(['running', 'succeeded', 'failed']),
  /** What was done, a step a line. */
  lines: Type.Array(Type.String()),
  /** `lines` in one piece, as FlatRun has it. */
  output: Type.String(),
  error: Type.Optional(Type.String()),
  /** The machine word of `error`. */
  code: Type.Optional(Type.String()),
  by: Type.String(),
  started_at: Timestamp,
  finished_at: Type.Optional(Timestamp)
})
export type Job = Static<typeof Job>

/** The answer to a change that was waited for. */
export const ActionResult = Type.Object({
  message: Type.String({ examples: ['Deployment restarted'] }),
  name: Type.String(),
  output: Type.String(),
  action: Action,
  job_id: Type.String(),
  duration_ms: Type.Integer(),
  deployment: Type.Optional(Deployment)
})
export type ActionResult = Static<typeof ActionResult>

/** The answer to a change that was not waited for. */
export const ActionAccepted = Type.Object({
  job_id: Type.String(),
  deployment: Type.String(),
  action: Action,
  status: Type.String()
})
export type ActionAccepted = Static<typeof ActionAccepted>

export const ContainerView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  image: Type.String(),
  state: Type.String(),
  status: Type.String(),
  health: Type.Optional(Type.String()),
  created_at: Timestamp,
  ports: Type.Array(Type.String()),
  networks: Type.Array(Type.String()),
  /** The compose project that it says it is of. */
  project: Type.Optional(Type.String()),
  service: Type.Optional(Type.String()),
  /** The deployment here that it belongs to. */
  deployment: Type.Optional(Type.String())
})
export type ContainerView = Static<typeof ContainerView>

/** FlatRun's figures of one container: bytes and percent; 100 percent is one processor. */
export const ContainerStats = Type.Object({
  container_id: Type.String(),
  name: Type.String(),
  deployment_name: Type.Optional(Type.String()),
  service: Type.Optional(Type.String()),
  cpu_percent: Type.Number(),
  memory_usage: Type.Number(),
  memory_limit: Type.Number(),
  memory_percent: Type.Number(),
  network_rx: Type.Number(),
  network_tx: Type.Number(),
  block_read: Type.Number(),
  block_write: Type.Number(),
  pids: Type.Integer(),
  /** Why the engine has no figures of it; they are 0 then. */
  error: Type.Optional(Type.String())
})
export type ContainerStats = Static<typeof ContainerStats>

/** FlatRun's figures of one deployment: of each container, and added up. */
export const DeploymentStats = Type.Object({
  deployment: Type.String(),
  services: Type.Array(ContainerStats),
  summary: Type.Object({
    cpu_percent: Type.Number(),
    memory_percent: Type.Number(),
    memory_usage: Type.Number(),
    memory_limit: Type.Number()
  })
})
export type DeploymentStats = Static<typeof DeploymentStats>

/** One line of a container's log. */
export const LogLine = Type.Object({
  service: Type.String(),
  container: Type.String(),
  stream: Type.Enum(['stdout', 'stderr']),
  at: Type.Optional(Timestamp),
  line: Type.String()
})
export type LogLine = Static<typeof LogLine>

/** What part of the logs is wanted. */
export interface LogsAsk {
  /** Newest lines of each container. */
  tail?: number
  /** `10m`, or a time of RFC 3339. */
  since?: string
  service?: string
}

/** How one server fares in a rollout. */
export const RolloutStep = Type.Object({
  server: Type.String(),
  state: Type.Enum(['started', 'done', 'failed', 'skipped']),
  /** What was done there, or what went wrong. */
  detail: Type.Optional(Type.String()),
  duration_ms: Type.Optional(Type.Integer())
})
export type RolloutStep = Static<typeof RolloutStep>

export const RolloutSummary = Type.Object({
  done: Type.Integer(),
  failed: Type.Integer(),
  skipped: Type.Integer(),
  total: Type.Integer()
})
export type RolloutSummary = Static<typeof RolloutSummary>

/** One deployment restarted on several servers, as a job of the node that was asked. */
export const RolloutView = Type.Object({
  id: Type.String(),
  deployment: Type.String(),
  by: Type.String(),
  /** stopping: what was begun goes on, and no other server is begun. */
  status: Type.Enum(['running', 'stopping', 'succeeded', 'failed', 'stopped']),
  /** How each server fares, in the order in which they are restarted. */
  servers: Type.Array(
    Type.Object({
      server: Type.String(),
      state: Type.Enum(['waiting', 'started', 'done', 'failed', 'skipped']),
      /** What was done there, or what went wrong. */
      detail: Type.Optional(Type.String()),
      duration_ms: Type.Optional(Type.Integer())
    })
  ),
  /** Once it is over. */
  summary: Type.Optional(RolloutSummary),
  stopped_by: Type.Optional(Type.String()),
  started_at: Timestamp,
  finished_at: Type.Optional(Timestamp)
})
export type RolloutView = Static<typeof RolloutView>

export const RolloutRequest = Type.Object(
  {
    deployment: Type.String({ minLength: 1, maxLength: 255 }),
    servers: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 1_000,
      description: 'Names, web-*, @tag or all'
    }),
    not: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 1_000 })),
    max_parallel: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
    settle_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 300,
        description: 'It must still run so long after its restart; 5 without it'
      })
    )
  },
  { additionalProperties: false }
)

/** What the audit is told of each change and each attempt at one. */
export interface DeploymentAudit {
  action: Action
  deployment: string
  by: string
  outcome: 'succeeded' | 'failed' | 'refused'
  /** Why it was not done. */
  reason?: string
  durationMs: number
}
