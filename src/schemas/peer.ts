import { type Static, Type } from 'typebox'
import { Grant } from './grant.ts'
import { Evidence, Verdict } from './health.ts'
import { Card } from './joining/card.ts'
import { IntroductionPolicy, PeerName, Timestamp } from './names.ts'
import { Scope, Witness } from './opinions/opinion.ts'

/** How requests to a peer travel. `insecure`: plain http with a bearer key, as plain FlatRun has it. */
export const Transport = Type.Enum(['insecure', 'signed', 'tls', 'pinned'])
export type Transport = Static<typeof Transport>

/** How a peer is reached. `reverse`: over connections that it opened. */
const Reach = Type.Enum(['direct', 'reverse'])

/** A member as it is stored. Secrets are sealed, or digests. */
export const Member = Type.Object({
  id: Type.String(),
  /** FlatRun's UI wants a number. */
  number: Type.Integer(),
  name: PeerName,
  url: Type.String(),
  state: Type.Enum(['pending', 'active', 'removed', 'suspended']),
  joinedAt: Timestamp,
  lastSeenAt: Type.Optional(Timestamp),
  /** The key that we present there, sealed; `previous` until the other side was seen to accept the new one. */
  credential: Type.Object({ sealed: Type.String(), previous: Type.Optional(Type.String()), since: Timestamp }),
  /**
   * SHA-256 of the key that it presents here. `next` is valid already, and takes over at its first use; `previous` is
   * valid for requests that were under way then.
   */
  keyDigest: Type.Object({
    current: Type.String(),
    next: Type.Optional(Type.String()),
    /** `current` ends with the first use of `next`, without a time in which both are good. */
    atOnce: Type.Optional(Type.Boolean()),
    previous: Type.Optional(Type.Object({ digest: Type.String(), until: Timestamp }))
  }),
  /** The keys of its request signatures, sealed; absent for plain FlatRun. By digest of the key they were made of. */
  signing: Type.Optional(Type.Record(Type.String(), Type.String())),
  grants: Type.Array(Grant),
  features: Type.Array(Type.String()),
  transport: Transport,
  /** The other side's identity, where it is one of ours. */
  nodeId: Type.Optional(Type.String()),
  /** It cannot be dialled from here; absent where it can. */
  reach: Type.Optional(Type.Literal('reverse')),
  /** It cannot dial this server, which keeps connections open to it. */
  reachBack: Type.Optional(Type.Literal('reverse')),
  /** It called from there, and answers there, while nobody answers at `url`: an operator may confirm it. */
  callsFrom: Type.Optional(Type.String()),
  /** SHA-256 of the public keys that its certificate may have, base64url. */
  pins: Type.Array(Type.String()),
  /** Digest of the invite that this member spent: one write stores the peer and spends the invite. */
  invite: Type.Optional(Type.String()),
  exchangeId: Type.Optional(Type.String()),
  /** Joined by an invite that asks for an operator's word; until then its key opens nothing. */
  awaitsApproval: Type.Optional(Type.Boolean()),
  removedBy: Type.Optional(Type.String()),
  removedAt: Type.Optional(Timestamp),
  /** What it last said of itself. Its identity is what it is known by from then on. */
  card: Type.Optional(Card),
  /** The number of our own card that it has. */
  cardTold: Type.Optional(Type.Integer()),
  /** It and the other members are still to be told of each other: an operator of this side wanted it. */
  introduce: Type.Optional(Type.Literal(true)),
  /** What is done with whom it introduces; absent: what the config says. */
  introductions: Type.Optional(IntroductionPolicy),
  /** The key that it was given when they joined, while it is to be changed for one that nothing recorded leads to. */
  renewKeysOf: Type.Optional(Timestamp),
  /** Who introduced it wants it out; without `suspended` as its state that waits for an operator. */
  suspension: Type.Optional(
    Type.Object({ by: Type.Object({ id: Type.String(), name: Type.String() }), reason: Type.String(), at: Timestamp })
  ),
  /** An operator of this side wanted it back: who introduced it takes it out no more, and only asks. */
  restoredAt: Type.Optional(Timestamp),
  /** What an operator of this server says of it; its own claims are in its card. */
  tags: Type.Optional(Type.Array(Type.String())),
  /** Who introduced it: the member's id, and its name at that time. */
  introducedBy: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() }))
})
export type Member = Static<typeof Member>

/** Taken out, for good or until it is restored: its key opens nothing here, and it is asked nothing. */
export const isOut = ({ state }: Pick<Member, 'state'>) => state === 'removed' || state === 'suspended'

/** A peer on the wire: FlatRun's fields in FlatRun's order, what its UI reads besides, then ours. */
export const PeerView = Type.Object({
  name: Type.String(),
  url: Type.String(),
  online: Type.Boolean(),
  last_seen: Timestamp,
  error: Type.Optional(Type.String()),
  id: Type.Integer(),
  status: Type.Enum(['active', 'unreachable', 'pending']),
  created_at: Timestamp,
  last_seen_at: Type.Union([Timestamp, Type.Null()]),
  peer_id: Type.String(),
  state: Verdict,
  since: Timestamp,
  transport: Transport,
  reach: Reach,
  /** How it reaches this server. */
  reach_back: Reach,
  /** It calls from there, and answers there, while nobody answers at `url`. */
  calls_from: Type.Optional(Type.String()),
  features: Type.Array(Type.String()),
  version: Type.Optional(Type.String()),
  latency_ms: Type.Optional(Type.Number()),
  /** Positive: its clock is ahead of this server's. */
  clock_offset_s: Type.Optional(Type.Number()),
  failures: Type.Integer(),
  flapping: Type.Boolean(),
  /** What other members say of one that is offline. */
  scope: Type.Optional(Scope),
  /** The same as a sentence. */
  scope_reason: Type.Optional(Type.String()),
  witnesses: Type.Optional(Type.Array(Witness)),
  restarts: Type.Integer(),
  next_check_at: Type.Optional(Timestamp),
  awaits_approval: Type.Optional(Type.Boolean()),
  removed_by: Type.Optional(Type.String()),
  removed_at: Type.Optional(Timestamp),
  introduced_by: Type.Optional(Type.String()),
  /** Who introduced it wants it out: by whom, and since when. */
  suspended_by: Type.Optional(Type.String()),
  suspended_at: Type.Optional(Timestamp),
  introductions: Type.Optional(IntroductionPolicy),
  /** What it says of itself. */
  tags: Type.Optional(Type.Array(Type.String())),
  /** What an operator of this server says of it. */
  own_tags: Type.Optional(Type.Array(Type.String())),
  /** Of its identity, to be compared with what that server shows itself. */
  fingerprint: Type.Optional(Type.String())
})
export type PeerView = Static<typeof PeerView>

export const PeerDetail = Type.Object({ ...PeerView.properties, evidence: Type.Array(Evidence) })
export type PeerDetail = Static<typeof PeerDetail>
