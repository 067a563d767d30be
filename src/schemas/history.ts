import { type Static, Type } from 'typebox'
import { FailureClass, Verdict } from './health.ts'
import { Timestamp } from './names.ts'

export const HistoryRange = Type.Enum(['hour', 'day', 'month'])
export type HistoryRange = Static<typeof HistoryRange>

/** One probe. */
export const CheckView = Type.Object({
  at: Timestamp,
  ok: Type.Boolean(),
  duration_ms: Type.Number(),
  class: Type.Optional(FailureClass)
})
export type CheckView = Static<typeof CheckView>

export const TransitionView = Type.Object({
  at: Timestamp,
  from: Verdict,
  to: Verdict,
  reason: Type.String()
})
export type TransitionView = Static<typeof TransitionView>

/** What is kept of one span. Latencies are those of good probes, within 16 %. */
export const BucketView = Type.Object({
  at: Timestamp,
  checks: Type.Integer(),
  failed: Type.Integer(),
  up_ms: Type.Integer(),
  down_ms: Type.Integer(),
  p50_ms: Type.Optional(Type.Number()),
  p99_ms: Type.Optional(Type.Number())
})
export type BucketView = Static<typeof BucketView>

const Summary = {
  /** Share of the time in which it was known to be up or down; absent while that is none. */
  uptime_24h: Type.Optional(Type.Number()),
  uptime_30d: Type.Optional(Type.Number()),
  /** Of good probes in the last 24 hours. */
  p50_ms: Type.Optional(Type.Number()),
  p99_ms: Type.Optional(Type.Number())
}

export const PeerHistory = Type.Object({
  range: HistoryRange,
  ...Summary,
  /** Of the last hour, each one; empty for longer ranges. */
  checks: Type.Array(CheckView),
  /** Of the day by hours, of the month by days; empty for the hour. */
  buckets: Type.Array(BucketView),
  transitions: Type.Array(TransitionView)
})
export type PeerHistory = Static<typeof PeerHistory>

/** What one peer's page adds to its state. */
export const PeerPast = Type.Object({
  ...Summary,
  /** The last 50, oldest first. */
  checks: Type.Array(CheckView),
  /** The last 10, oldest first. */
  transitions: Type.Array(TransitionView)
})
export type PeerPast = Static<typeof PeerPast>
