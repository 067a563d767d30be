import { type Static, Type } from 'typebox'
import { FailureClass, Verdict } from './health.ts'

/** What a node that answered does not know of itself: its list of deployments, or, without its engine, what runs. */
export const Incomplete = Type.Object({
  about: Type.Enum(['deployments', 'engine']),
  /** How its engine is: `absent`, `denied`, `refused`, `off`, … */
  state: Type.Optional(Type.String()),
  /** The cause and what to do, in that node's words. */
  detail: Type.String()
})
export type Incomplete = Static<typeof Incomplete>

/** What one node gave to a question that all were asked. */
export const Answer = Type.Object({
  name: Type.String(),
  online: Type.Boolean(),
  state: Verdict,
  data: Type.Optional(Type.Unknown()),
  /** Why `data` is not all, though the node answered. */
  incomplete: Type.Optional(Type.Array(Incomplete)),
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
