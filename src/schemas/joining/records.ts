import { type Static, Type } from 'typebox'
import { IntroductionPolicy, PeerName, Timestamp } from '../names.ts'
import { Transport } from '../peer.ts'

/** The joiner's journal: written before the first request, deleted when the join has ended either way. */
export const JoinAttempt = Type.Object({
  /** The exchange id: asking again with the same one is the same join. */
  id: Type.String(),
  startedAt: Timestamp,
  expiresAt: Timestamp,
  /** The name that the token tells. */
  inviter: Type.Optional(PeerName),
  /** The inviter's base URLs, best first. */
  urls: Type.Array(Type.String()),
  callbackUrl: Type.String(),
  /** Further ones of our own, where the operator named none. */
  otherUrls: Type.Optional(Type.Array(Type.String())),
  /** The inviter cannot dial that. */
  reach: Type.Optional(Type.Literal('reverse')),
  /** The invite token and the key that the inviter is to use here, both sealed. */
  token: Type.String(),
  key: Type.String(),
  keyDigest: Type.String(),
  /** What is done with whom the inviter introduces. */
  introductions: Type.Optional(IntroductionPolicy)
})
export type JoinAttempt = Static<typeof JoinAttempt>

/** A member that was removed here: its keys stay dead, and it is told so for a day. */
export const Departure = Type.Object({
  id: Type.String(),
  name: Type.String(),
  nodeId: Type.Optional(Type.String()),
  identity: Type.Optional(Type.String()),
  removedAt: Timestamp,
  removedBy: Type.String(),
  /** The notice that is still to be delivered. */
  notice: Type.Optional(
    Type.Object({
      url: Type.String(),
      credential: Type.String(),
      transport: Transport,
      pins: Type.Array(Type.String()),
      /** Over a connection that it opened: these end with the first attempt. */
      via: Type.Optional(Type.Literal('links'))
    })
  )
})
export type Departure = Static<typeof Departure>
