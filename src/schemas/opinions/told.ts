import { type Static, Type } from 'typebox'

const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** `target` alone asks whether the other one has it too; with `incident` it says that a message was sent there. */
export const ToldRequest = Type.Object({
  target: Digest,
  incident: Type.Optional(Digest),
  /** What else was in that message. */
  also: Type.Optional(Type.Array(Digest, { maxItems: 49 })),
  /** Of what it asks whether it was told there, by whomever. */
  asks: Type.Optional(Type.Array(Digest, { maxItems: 100 }))
})
export type ToldRequest = Static<typeof ToldRequest>

export const ToldReply = Type.Object({
  shares: Type.Boolean(),
  /** What was asked for and was told, and how long ago. */
  told: Type.Optional(
    Type.Array(Type.Object({ incident: Digest, ago_ms: Type.Integer({ minimum: 0 }) }), { maxItems: 100 })
  )
})
export type ToldReply = Static<typeof ToldReply>
