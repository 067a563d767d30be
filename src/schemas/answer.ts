import { type Static, Type } from 'typebox'
import { FailureClass, Verdict } from './health.ts'

/** What one node gave to a question that all were asked. */
export const Answer = Type.Object({
  name: Type.String(),
  online: Type.Boolean(),
  state: Verdict,
  data: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.String()),
  code: Type.Optional(FailureClass),
  /** Age of `data`: 0 when it was fetched for this call. */
  age_ms: Type.Optional(Type.Integer()),
  stale: Type.Optional(Type.Literal(true))
})
export type Answer = Static<typeof Answer>

export const Aggregate = Type.Object({
  servers: Type.Record(Type.String(), Answer),
  summary: Type.Object({ answered: Type.Integer(), failed: Type.Integer(), total: Type.Integer() })
})
export type Aggregate = Static<typeof Aggregate>
