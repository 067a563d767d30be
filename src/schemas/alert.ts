import { type Static, Type } from 'typebox'
import { Duration } from './duration.ts'
import { Verdict } from './health.ts'

const STRICT = { additionalProperties: false } as const

export const AlertTarget = Type.Union([
  Type.Object(
    {
      type: Type.Literal('webhook'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      url: Type.String({ format: 'http-url', writeOnly: true, maxLength: 2_048 }),
      secret: Type.Optional(
        Type.String({ writeOnly: true, maxLength: 1_024, description: 'Signs the body: HMAC-SHA256 in a header' })
      )
    },
    STRICT
  ),
  Type.Object(
    {
      type: Type.Literal('ntfy'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      url: Type.String({ format: 'http-url', writeOnly: true, maxLength: 2_048, description: 'Server and topic' }),
      token: Type.Optional(
        Type.String({
          format: 'header-value',
          writeOnly: true,
          maxLength: 1_024,
          expected: 'one line of plain characters'
        })
      )
    },
    STRICT
  ),
  Type.Object(
    {
      type: Type.Literal('email'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      smtp: Type.String({
        writeOnly: true,
        format: 'smtp-url',
        maxLength: 2_048,
        expected: 'an address such as smtps://user:password@mail.example.org:465'
      }),
      from: Type.String({ pattern: '@', maxLength: 320, expected: 'a mail address' }),
      to: Type.Array(Type.String({ pattern: '@', maxLength: 320, expected: 'a mail address' }), {
        minItems: 1,
        maxItems: 50
      })
    },
    STRICT
  )
])
export type AlertTarget = Static<typeof AlertTarget>

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
    targets: Type.Array(AlertTarget, { default: [], maxItems: 20, description: 'Who is told, and how' }),
    maintenance: Type.Array(MaintenanceWindow, { default: [], maxItems: 50, description: 'When nobody is told' })
  },
  { additionalProperties: false, default: {}, description: 'Messages when a peer goes offline or comes back' }
)
export type Alerts = Static<typeof Alerts>

/** An outage of which somebody was told, kept so that a restart neither repeats the message nor swallows its end. */
export const Outage = Type.Object({
  /** The peer's. */
  id: Type.String(),
  name: Type.String(),
  state: Verdict,
  since: Type.Integer(),
  reason: Type.String()
})
export type Outage = Static<typeof Outage>

/** What is told, once for all targets. */
export const AlertMessage = Type.Object({
  id: Type.String(),
  type: Type.Enum(['peers.down', 'peers.up', 'test']),
  at: Type.String(),
  server: Type.String({ description: 'The server that tells it' }),
  title: Type.String(),
  text: Type.String(),
  peers: Type.Array(
    Type.Object({
      name: Type.String(),
      peer_id: Type.String(),
      state: Type.String(),
      since: Type.String(),
      reason: Type.String(),
      lasted_ms: Type.Optional(Type.Number({ description: 'How long the outage lasted, when it is over' }))
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
  /** Wall milliseconds of the next attempt. */
  retry_at: Type.Integer(),
  message: AlertMessage
})
export type WaitingAlert = Static<typeof WaitingAlert>

/** What became of a test message, for each target. */
export const AlertTest = Type.Object({
  targets: Type.Array(Type.Object({ target: Type.String(), ok: Type.Boolean(), error: Type.Optional(Type.String()) }))
})
export type AlertTest = Static<typeof AlertTest>
