import { type Static, Type } from 'typebox'

export const AuditEntry = Type.Object({
  /** Grows; as text it sorts as it grows. */
  id: Type.String(),
  at: Type.String(),
  /** `operator admin`, `peer node-2`, `nobody`. */
  who: Type.String(),
  /** Method and route pattern: `DELETE /api/cluster/peers/:name`. */
  what: Type.String(),
  target: Type.Optional(Type.String()),
  /** The peer that introduced the one that did it. */
  introduced_by: Type.Optional(Type.String()),
  /** The caller's address. */
  from: Type.Optional(Type.String()),
  /** HTTP status. */
  result: Type.Integer(),
  reason: Type.Optional(Type.String()),
  request_id: Type.Optional(Type.String()),
  /** How often within a minute. */
  times: Type.Integer()
})
export type AuditEntry = Static<typeof AuditEntry>
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at' | 'times'>
