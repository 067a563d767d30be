import { type Static, Type } from 'typebox'

const LONGEST_S = 7 * 86_400

/**
 * What a server says of itself before it is away. stop: its agent ends, and may be back at once. maintenance: whatever
 * happens to it for so many seconds is meant; 0 when that is over.
 */
export const AbsenceNotice = Type.Object({
  why: Type.Enum(['stop', 'maintenance']),
  for_s: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_S })),
  reason: Type.Optional(Type.String({ maxLength: 200 }))
})
export type AbsenceNotice = Static<typeof AbsenceNotice>

export const LONGEST_MAINTENANCE_MS = LONGEST_S * 1_000
