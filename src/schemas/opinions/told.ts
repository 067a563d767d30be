import { type Static, Type } from 'typebox'

const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** `target` alone asks whether the other one has it too; with `incident` it says that a message was sent there. */
export const ToldRequest = Type.Object({
  target: Digest,
  incident: Type.Optional(Digest),
  /** What else was in that message. */
  also: Type.Optional(Type.Array(Digest, { maxItems: 49 }))
})
export type ToldRequest = Static<typeof ToldRequest>

export const ToldReply = Type.Object({ shares: Type.Boolean() })
