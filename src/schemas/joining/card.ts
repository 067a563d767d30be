import { type Static, Type } from 'typebox'
import { PeerName } from '../names.ts'

/** An X25519 public key, base64url. */
export const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** Who a server is, and where it is reached: public, and passed on by those who introduce it. */
export const Card = Type.Object({
  node_id: Type.String({ minLength: 1, maxLength: 64 }),
  name: PeerName,
  /** Base URLs, best first. */
  urls: Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 4 }),
  identity: PublicKey,
  /** SHA-256 of the public keys that its certificate may have, base64url. */
  pins: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 4 }),
  features: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 }),
  reach: Type.Enum(['direct', 'reverse']),
  tags: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 }),
  /** Grows with every change; of two cards the higher one counts. */
  seq: Type.Integer({ minimum: 0 })
})
export type Card = Static<typeof Card>

/** The words of a card and no others: what else a sender wrote is not kept. */
export const cardOf = ({ node_id, name, urls, identity, pins, features, reach, tags, seq }: Card): Card => ({
  ...{ node_id, name, urls, identity, pins, features, reach, tags, seq }
})
