import { type Static, Type } from 'typebox'
import { Grant } from '../grant.ts'
import { IntroductionPolicy, PeerName, Timestamp } from '../names.ts'
import { Card, PublicKey } from './card.ts'

/**
 * How far an introduction is. offered: an operator has to decide. accepted → dialling ⇄ waiting: this server joins it, or
 * waits to try again; the record goes with the join. refused, unreachable, expired: it came to nothing, and says why.
 */
const IntroductionState = Type.Enum(['offered', 'accepted', 'dialling', 'waiting', 'refused', 'unreachable', 'expired'])

/** A server that a member introduced, as it is stored. Holds nothing secret. */
export const Introduction = Type.Object({
  /** One for the two identities, the same on both sides. */
  id: Type.String(),
  card: Card,
  /** The member that introduced it: its id, and its name at that time. */
  by: Type.Object({ id: Type.String(), name: Type.String() }),
  state: IntroductionState,
  /** Why it is refused or waits: a word for programs, and a sentence. */
  code: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  /** What the introducer itself may do here: the introduced may not do more. */
  grants: Type.Array(Grant),
  /** What will be done with whom it introduces in turn. */
  policy: Type.Optional(IntroductionPolicy),
  /** When an operator of this side wanted it. */
  allowedAt: Type.Optional(Timestamp),
  attempts: Type.Integer(),
  nextAt: Type.Optional(Timestamp),
  since: Timestamp,
  /** From here the days are counted until it is given up. */
  openedAt: Timestamp
})
export type Introduction = Static<typeof Introduction>

export const IntroductionView = Type.Object({
  id: Type.String(),
  node_id: Type.String(),
  name: Type.String(),
  urls: Type.Array(Type.String()),
  fingerprint: Type.String(),
  introduced_by: Type.String(),
  state: IntroductionState,
  code: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  next_at: Type.Optional(Timestamp),
  since: Timestamp
})
export type IntroductionView = Static<typeof IntroductionView>

/** Members of the sender's, introduced to the receiver. */
export const IntroductionsRequest = Type.Object({
  cards: Type.Array(Card, { minItems: 1, maxItems: 100 }),
  reason: Type.Optional(Type.String({ maxLength: 256 }))
})
export type IntroductionsRequest = Static<typeof IntroductionsRequest>

export const IntroductionResult = Type.Object({
  node_id: Type.String({ maxLength: 64 }),
  state: Type.Enum(['accepted', 'asked', 'known', 'refused']),
  code: Type.Optional(Type.String({ maxLength: 64 }))
})
export type IntroductionResult = Static<typeof IntroductionResult>
export const IntroductionsReply = Type.Object({ results: Type.Array(IntroductionResult, { maxItems: 100 }) })

/** Those whom a member is still to be told of. One record for each member that is told. */
export const Outbox = Type.Object({
  /** The member that is told. */
  id: Type.String(),
  /** The members that it is told of. */
  subjects: Type.Array(Type.String()),
  /** Node ids of those that are taken back. */
  withdrawn: Type.Optional(Type.Array(Type.String())),
  until: Timestamp
})
export type Outbox = Static<typeof Outbox>

/** The sender takes back whom it introduced here. */
export const WithdrawRequest = Type.Object({
  node_ids: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 100 }),
  reason: Type.Optional(Type.String({ maxLength: 256 }))
})
export const WithdrawResult = Type.Object({
  node_id: Type.String({ maxLength: 64 }),
  state: Type.Enum(['suspended', 'asked', 'unknown'])
})
export type WithdrawResult = Static<typeof WithdrawResult>
export const WithdrawReply = Type.Object({ results: Type.Array(WithdrawResult, { maxItems: 100 }) })

export const IntroduceRequest = Type.Object(
  { names: Type.Optional(Type.Array(PeerName, { maxItems: 1_000 })) },
  { additionalProperties: false }
)
export const IntroduceReply = Type.Object({
  /** Members that are told of each other, at once or as soon as they answer. */
  introduced: Type.Array(Type.String()),
  not_introduced: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() }))
})
export type IntroduceReply = Static<typeof IntroduceReply>

/** An exchange between two that were introduced, sealed between their identities. */
export const IdentityBody = Type.Object({
  v: Type.Literal(2),
  from: PublicKey,
  enc: Type.String({ maxLength: 64 }),
  ct: Type.String({ maxLength: 12_000 })
})
export const IdentityReplyBody = Type.Object({
  v: Type.Literal(2),
  nonce: Type.String({ maxLength: 64 }),
  ct: Type.String({ maxLength: 12_000 })
})
