import { type Static, Type } from 'typebox'
import { Grant } from '../grant.ts'
import { IntroductionPolicy, PeerName, Timestamp } from '../names.ts'
import { PublicKey } from './card.ts'

/** An invite as it is stored: the digest of its token, never the token. */
export const Invite = Type.Object({
  id: Type.String(),
  digest: Type.String(),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  createdBy: Type.String(),
  note: Type.Optional(Type.String()),
  expectedName: Type.Optional(PeerName),
  grants: Type.Optional(Type.Array(Grant)),
  /** The name of a member whose keys this invite replaces. */
  replaces: Type.Optional(PeerName),
  requireApproval: Type.Optional(Type.Boolean()),
  /** Who comes by it and the other members are told of each other. */
  introduce: Type.Optional(Type.Literal(true)),
  /** What is done with whom that server introduces later. */
  introductions: Type.Optional(IntroductionPolicy),
  /** The one-time X25519 private key of a sealed exchange, sealed; erased when the invite ends. */
  privateKey: Type.Optional(Type.String()),
  publicKeyId: Type.Optional(Type.String()),
  /** The member that spent it; the member's own record is what counts. */
  usedBy: Type.Optional(Type.String()),
  usedAt: Type.Optional(Timestamp),
  revokedAt: Type.Optional(Timestamp)
})
export type Invite = Static<typeof Invite>

/** What is known of a node about itself, in the store. */
export const Identity = Type.Object({
  id: Type.Literal('identity'),
  nodeId: Type.String(),
  /** Grows by one at each start: an older one than the marker's tells of a restored backup. */
  epoch: Type.Integer(),
  /** Of the key derivation. */
  salt: Type.String(),
  /** Sealed; does not open with a wrong secret. */
  canary: Type.String(),
  /** The X25519 pair by which others know this node; the private half sealed. */
  box: Type.Optional(Type.Object({ publicKey: PublicKey, sealed: Type.String() })),
  /** The last card that this node gave out: its number, and the digest of what stood on it. */
  card: Type.Optional(Type.Object({ seq: Type.Integer(), digest: Type.String() })),
  /** Set when clustering was turned on over the API. */
  setup: Type.Optional(Type.Object({ serverName: PeerName, advertiseUrl: Type.String() }))
})
export type Identity = Static<typeof Identity>
