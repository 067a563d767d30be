import { type Static, Type } from 'typebox'
import { Duration } from '../duration.ts'
import { AlertRules } from './alert-rules.ts'
import { AlertTarget } from './alert-target.ts'
import { ProblemKind } from './incident.ts'

const STRICT = { additionalProperties: false } as const

/** Hours in which nobody is to be woken, by the clock of this server. */
export const MaintenanceWindow = Type.Object(
  {
    days: Type.Optional(Type.Array(Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), { minItems: 1 })),
    from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', expected: 'a time such as 02:00' }),
    to: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', expected: 'a time such as 04:30' }),
    peers: Type.Optional(Type.Array(Type.String({ maxLength: 63 }), { minItems: 1, maxItems: 1_000 }))
  },
  STRICT
)
export type MaintenanceWindow = Static<typeof MaintenanceWindow>

/** The section `alerts` of the config, as it is written: snake_case, durations as text. */
export const Alerts = Type.Object(
  {
    delay: Duration({ default: '2m', description: 'How long a peer is offline before anyone is told' }),
    grace: Duration({
      default: '10m',
      description: 'How long one may be away that said that its agent stops, before anyone is told'
    }),
    remind: Type.Union([Type.Literal('off'), Duration({ default: 'off', description: '', longestMs: 3.2e10 })], {
      default: 'off',
      description: 'Tell again of what is still wrong after this time',
      expected: 'off, or a duration such as 24h'
    }),
    rules: AlertRules,
    heartbeat: Type.Object(
      {
        url: Type.String({
          default: '',
          format: 'http-url',
          writeOnly: true,
          maxLength: 2_048,
          description: 'Asked again and again: who no longer hears from this server raises the alarm'
        }),
        every: Duration({ default: '5m', description: 'How often' })
      },
      { additionalProperties: false, default: {} }
    ),
    targets: Type.Array(AlertTarget, { default: [], maxItems: 20, description: 'Who is told, and how' }),
    maintenance: Type.Array(MaintenanceWindow, { default: [], maxItems: 50, description: 'When nobody is told' })
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Messages to people when something is wrong, and when it is over'
  }
)
export type Alerts = Static<typeof Alerts>

/** What is told, once for all targets. */
export const AlertMessage = Type.Object({
  id: Type.String(),
  type: Type.Enum(['incident.opened', 'incident.changed', 'incident.closed', 'incident.reminder', 'test']),
  at: Type.String(),
  server: Type.String({ description: 'The server that tells it' }),
  urgency: Type.Enum(['high', 'normal', 'low']),
  local: Type.Optional(
    Type.Boolean({
      description: 'Of what this server sees or has alone: no other one with the same target can tell it'
    })
  ),
  title: Type.String(),
  text: Type.String(),
  incident: Type.Optional(
    Type.Object({
      id: Type.String({ description: 'The same in every message of one incident' }),
      since: Type.String(),
      lasted_ms: Type.Optional(Type.Number({ description: 'How long it lasted, when it is over' }))
    })
  ),
  problems: Type.Array(
    Type.Object({
      kind: ProblemKind,
      server: Type.String(),
      peer_id: Type.Optional(Type.String({ description: 'Absent for the server that tells it' })),
      title: Type.String(),
      detail: Type.Optional(Type.String()),
      known: Type.Optional(Type.String({ description: 'What was last known before: figures, deployments' })),
      since: Type.String(),
      ended: Type.Optional(Type.String({ description: 'When it was over' })),
      outcome: Type.Optional(Type.String({ description: 'How it ended' }))
    })
  )
})
export type AlertMessage = Static<typeof AlertMessage>

/** A message that a target has not taken yet, kept so that a stop loses none. */
export const WaitingAlert = Type.Object({
  id: Type.String(),
  /** The target's key: its name or kind, and a number where several share that. */
  target: Type.String(),
  /** Its place among the messages of its target. */
  order: Type.Integer(),
  /** Attempts that failed. */
  attempts: Type.Integer(),
  /** Wall milliseconds of the next attempt, and of the first that failed. */
  retry_at: Type.Integer(),
  failing_since: Type.Optional(Type.Integer()),
  message: AlertMessage
})
export type WaitingAlert = Static<typeof WaitingAlert>

/** What became of a test message, for each target. */
export const AlertTest = Type.Object({
  targets: Type.Array(Type.Object({ target: Type.String(), ok: Type.Boolean(), error: Type.Optional(Type.String()) }))
})
export type AlertTest = Static<typeof AlertTest>
