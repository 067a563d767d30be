import { type Static, Type } from 'typebox'
import { Timestamp } from '../names.ts'
import { MaintenanceWindow } from './alert.ts'
import { AlertTarget, TARGETS } from './alert-target.ts'
import { ProblemKind } from './incident.ts'

const duration = () => Type.String({ maxLength: 64, examples: ['2m'] })
const kinds = Object.keys(TARGETS)

/** A target as it is sent here. Who keeps type and name, and names none of its secrets, keeps those. */
const SentTarget = Type.Intersect([
  Type.Object({
    type: Type.Enum(kinds),
    name: Type.String({ minLength: 1, maxLength: 64, description: 'What it is called in events and on the page' })
  }),
  Type.Record(Type.String(), Type.Unknown())
])

const timeOfDay = () => Type.String({ maxLength: 8, examples: ['02:00'] })

/** As in the config, whose check says what is wrong with a time. */
const SentWindow = Type.Object(
  { ...MaintenanceWindow.properties, from: timeOfDay(), to: timeOfDay() },
  { additionalProperties: false }
)

/** What was set by the API or the page, beside the config: keys of the section `alerts`, all of them optional. */
export const AlertSettings = Type.Object(
  {
    delay: Type.Optional(duration()),
    grace: Type.Optional(duration()),
    remind: Type.Optional(duration()),
    rules: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
    maintenance: Type.Optional(Type.Array(SentWindow, { maxItems: 50 })),
    targets: Type.Optional(Type.Array(SentTarget, { maxItems: 20 }))
  },
  { additionalProperties: false }
)
export type AlertSettings = Static<typeof AlertSettings>

/** A target as it is shown: what it is and where it leads, and no secret. */
const TargetView = Type.Object({
  name: Type.String(),
  type: Type.Enum([...new Set(AlertTarget.anyOf.map(({ properties }) => properties.type.const))]),
  /** The host, the addresses, or the chat. */
  where: Type.String({ examples: ['hooks.slack.com'] }),
  from: Type.Enum(['config', 'here']),
  /** Messages that it has not taken yet. */
  waiting: Type.Integer(),
  failing_since: Type.Optional(Timestamp),
  error: Type.Optional(Type.String())
})

export const SilenceView = Type.Object({
  id: Type.String(),
  server: Type.Optional(Type.String()),
  tag: Type.Optional(Type.String()),
  since: Timestamp,
  until: Timestamp,
  by: Type.String(),
  reason: Type.Optional(Type.String()),
  /** `peer`: that server said itself that it would be away. */
  origin: Type.Enum(['operator', 'peer']),
  /** Of this server: its peers know, and tell nobody of it either. */
  everywhere: Type.Optional(Type.Boolean())
})
export type SilenceView = Static<typeof SilenceView>

const ProblemView = Type.Object({
  kind: ProblemKind,
  server: Type.String(),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
  since: Timestamp,
  grave: Type.Boolean(),
  /** Somebody was told of it. */
  told: Type.Boolean(),
  /** Nobody is told of it now: it is silenced, or in a maintenance window. */
  silenced: Type.Boolean()
})

const Delivery = Type.Object({
  at: Timestamp,
  target: Type.String(),
  ok: Type.Boolean(),
  title: Type.String(),
  /** Another server that has the same target, and sent it. */
  by: Type.Optional(Type.String()),
  error: Type.Optional(Type.String())
})

export const AlertsView = Type.Object({
  /** What counts: the config, and beside it what was set here. */
  delay: Type.String(),
  grace: Type.String(),
  remind: Type.String(),
  rules: Type.Record(
    Type.String(),
    Type.Record(Type.String(), Type.Union([Type.Boolean(), Type.Integer(), Type.String()]))
  ),
  maintenance: Type.Array(MaintenanceWindow),
  heartbeat: Type.Optional(Type.Object({ where: Type.String(), every: Type.String() })),
  targets: Type.Array(TargetView),
  silences: Type.Array(SilenceView),
  problems: Type.Array(ProblemView),
  /** The newest first; at most 50. */
  deliveries: Type.Array(Delivery),
  /** Keys that the config sets, and that cannot be changed here. */
  fixed: Type.Array(Type.String({ examples: ['alerts.delay'] })),
  /** What was set here, as it can be sent back; without secrets. */
  settings: AlertSettings
})
export type AlertsView = Static<typeof AlertsView>

export const SilenceRequest = Type.Object(
  {
    server: Type.Optional(
      Type.String({ maxLength: 63, description: 'A peer, or this server; without it and a tag: all' })
    ),
    tag: Type.Optional(Type.String({ maxLength: 64 })),
    for: Type.String({ maxLength: 64, examples: ['2h'], description: 'At most 90d' }),
    reason: Type.Optional(Type.String({ maxLength: 200 })),
    everywhere: Type.Optional(
      Type.Boolean({ description: 'Of this server alone, at most 7d: its peers tell nobody of it either' })
    )
  },
  { additionalProperties: false }
)
export type SilenceRequest = Static<typeof SilenceRequest>
