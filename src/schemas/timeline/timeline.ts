import { type Static, Type } from 'typebox'
import { FailureClass, Verdict } from '../health.ts'
import { Timestamp } from '../names.ts'

const Name = Type.String({ maxLength: 128 })
const Sentence = Type.String({ maxLength: 1_000 })

/** A request that changed something or was refused, as the audit of its server has it. */
const Act = Type.Object({
  /** Method and route pattern. */
  what: Type.String({ maxLength: 200, examples: ['DELETE /api/cluster/peers/:name'] }),
  target: Type.Optional(Type.String({ maxLength: 300 })),
  /** HTTP status. */
  result: Type.Integer(),
  times: Type.Integer(),
  /** The caller's; only of the server that is asked. */
  address: Type.Optional(Type.String({ maxLength: 64 }))
})

/** One fact, whoever noted it. */
export const TimelineRow = Type.Object({
  id: Type.String({ maxLength: 160, pattern: '^[^~]*\\.[ea][0-9]+$' }),
  /** When the last of `seen_by` noted it, by the clock of the server that is asked. */
  at: Timestamp,
  /** When the first of them did, where that was earlier. */
  first_at: Type.Optional(Timestamp),
  /** What the server itself wrote, where its clock is another one. */
  noted_at: Type.Optional(Timestamp),
  server: Name,
  node_id: Type.Optional(Name),
  /** All who noted it, `server` first. */
  seen_by: Type.Array(Name, { maxItems: 10_000 }),
  type: Type.String({ maxLength: 40, description: 'A type of /api/cluster/events; act: what no event tells of' }),
  /** The server that it is about. */
  peer: Type.Optional(Name),
  peer_node_id: Type.Optional(Name),
  deployment: Type.Optional(Type.String({ maxLength: 255 })),
  by: Type.Optional(Type.String({ maxLength: 300, examples: ['operator admin', 'operator admin on web-1'] })),
  from: Type.Optional(Sentence),
  to: Type.Optional(Sentence),
  reason: Type.Optional(Sentence),
  facts: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { maxProperties: 40 })
  ),
  act: Type.Optional(Act)
})
export type TimelineRow = Static<typeof TimelineRow>

/** Whether a server told of its past, and of how much of it. */
export const TimelineServer = Type.Object({
  name: Type.String(),
  answered: Type.Boolean(),
  state: Verdict,
  /** Why not. */
  error: Type.Optional(Type.String()),
  code: Type.Optional(FailureClass),
  /** all: its whole audit is among the rows. some: what this caller, or this server, may read of it there. */
  acts: Type.Enum(['all', 'some', 'none']),
  /** Positive: its clock is ahead, and its times are put right by so much. */
  clock_offset_s: Type.Optional(Type.Number()),
  /** Of what was before it has forgotten some. */
  remembers_since: Type.Optional(Timestamp)
})
export type TimelineServer = Static<typeof TimelineServer>

export const Timeline = Type.Object({
  /** The newest first. */
  rows: Type.Array(TimelineRow, { maxItems: 10_000 }),
  servers: Type.Record(Type.String(), TimelineServer),
  /** `before` of the next page; absent where there is no more. */
  next: Type.Optional(Type.String({ maxLength: 200 }))
})
export type Timeline = Static<typeof Timeline>
