import { type Static, Type } from 'typebox'
import { Grant } from '../grant.ts'
import { IntroductionPolicy, PeerName, Timestamp } from '../names.ts'

const Token = Type.String({ minLength: 1, maxLength: 8_192 })
const Features = Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })
const Name = Type.String({ maxLength: 255 })
const Url = Type.String({ minLength: 1, maxLength: 512 })
/** It travels in a header: printable, and nothing that a header is folded or split by. */
const Key = Type.String({ minLength: 16, maxLength: 512, pattern: '^[!-~]+$' })

export const InviteRequest = Type.Object(
  {
    expires_in: Type.Optional(
      Type.String({ description: 'A duration from 1m to 24h; 1h when absent', examples: ['30m'] })
    ),
    note: Type.Optional(Type.String({ maxLength: 200 })),
    expected_name: Type.Optional(PeerName),
    grants: Type.Optional(Type.Array(Grant, { maxItems: 16 })),
    replaces: Type.Optional(PeerName),
    require_approval: Type.Optional(Type.Boolean()),
    introduce: Type.Optional(
      Type.Boolean({ description: 'Who joins by it and the other members of this server are told of each other' })
    ),
    introductions: Type.Optional(IntroductionPolicy)
  },
  { additionalProperties: false }
)
export type InviteRequest = Static<typeof InviteRequest>

export const InviteReply = Type.Object({ invite_token: Type.String(), expires_at: Timestamp, id: Type.String() })

/** An open invite, without its token. */
export const InviteView = Type.Object({
  id: Type.String(),
  created_at: Timestamp,
  expires_at: Timestamp,
  created_by: Type.String(),
  note: Type.Optional(Type.String()),
  expected_name: Type.Optional(Type.String()),
  replaces: Type.Optional(Type.String()),
  require_approval: Type.Optional(Type.Boolean()),
  introduce: Type.Optional(Type.Boolean())
})
export type InviteView = Static<typeof InviteView>

export const AcceptRequest = Type.Object({
  invite_token: Token,
  /** Not needed with a token that holds addresses. */
  peer_url: Type.Optional(Url),
  callback_url: Type.Optional(Url),
  /** Joins although a check failed. */
  skip_checks: Type.Optional(Type.Boolean()),
  /** What is done here with whom that server introduces. */
  introductions: Type.Optional(IntroductionPolicy)
})
export type AcceptRequest = Static<typeof AcceptRequest>

export const AcceptReply = Type.Object({
  peer_name: Type.String(),
  peer_url: Type.String(),
  status: Type.Literal('peered'),
  transport: Type.String(),
  /** The other server cannot dial this one, which keeps connections open to it; absent where it can. */
  reach_back: Type.Optional(Type.Literal('reverse'))
})
export type AcceptReply = Static<typeof AcceptReply>

/** What FlatRun's agents send. `name` and `api_key` are checked where the rules live, so that each error names its field. */
export const PlainExchange = Type.Object({ invite_token: Token, url: Url, api_key: Key, name: Name })
export type PlainExchange = Static<typeof PlainExchange>

export const SealedBody = Type.Object({
  v: Type.Literal(1),
  kid: Type.String({ maxLength: 64 }),
  enc: Type.String({ maxLength: 64 }),
  ct: Type.String({ maxLength: 12_000 })
})

export const ExchangeReply = Type.Object({ api_key: Key, name: Name })
export const SealedReplyBody = Type.Object({
  v: Type.Literal(1),
  nonce: Type.String({ maxLength: 64 }),
  ct: Type.String({ maxLength: 12_000 })
})

/** What two of ours tell each other besides FlatRun's words. */
const Ours = {
  exchange_id: Type.String({ maxLength: 64 }),
  node_id: Type.String({ maxLength: 64 }),
  features: Features,
  pins: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 4 }),
  /** It cannot be dialled, and opens connections itself. */
  reach: Type.Optional(Type.Literal('reverse'))
}

/** Inside a sealed request. */
export const SealedRequestContent = Type.Object({
  ...PlainExchange.properties,
  ...Ours,
  /** Where else it may be dialled, best first. */
  other_urls: Type.Optional(Type.Array(Url, { maxItems: 3 })),
  /** Only tells what would fail. */
  preflight: Type.Optional(Type.Literal(true))
})
export type SealedRequestContent = Static<typeof SealedRequestContent>

/** Between two that know each other's identity there is no token. */
export const IdentityRequestContent = Type.Object({ url: Url, api_key: Key, name: Name, ...Ours })
export type IdentityRequestContent = Static<typeof IdentityRequestContent>

export const SealedReplyContent = Type.Object({
  api_key: Key,
  name: Name,
  node_id: Type.String({ maxLength: 64 }),
  features: Features,
  pins: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 4 }),
  /** The ids of the joins that the inviter has begun with us itself at this moment. */
  joins: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
  /** Between identities: where it is reached, by its own word. Who introduced it may have said otherwise. */
  urls: Type.Optional(Type.Array(Url, { maxItems: 4 }))
})
export type SealedReplyContent = Static<typeof SealedReplyContent>

/** Asks for a new key, to come back sealed to this one-time public key. */
export const RotateRequest = Type.Object({
  key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  /** The answering side then renews its own as well. */
  mutual: Type.Optional(Type.Boolean()),
  /** The old key ends with the first use of the new one: an operator's word, for a key that somebody may have. */
  at_once: Type.Optional(Type.Boolean()),
  features: Type.Optional(Features)
})
export type RotateRequest = Static<typeof RotateRequest>
/** `v` 2: sealed with the current key as well. */
export const RotateReply = Type.Object({ ...SealedBody.properties, v: Type.Union([Type.Literal(1), Type.Literal(2)]) })
export const RotatedKey = Type.Object({ api_key: Key, features: Type.Optional(Features) })

/** One thing that was looked at before a join. */
export const PreflightCheck = Type.Object({
  name: Type.String({ examples: ['reach', 'name', 'reach_back', 'version', 'clock'] }),
  ok: Type.Boolean(),
  /** What was found, and what to do where it is not good. */
  detail: Type.String({ maxLength: 1_024 }),
  code: Type.Optional(Type.String({ maxLength: 64 }))
})
export type PreflightCheck = Static<typeof PreflightCheck>

/** Inside the sealed answer to a preflight. */
export const PreflightReply = Type.Object({
  checks: Type.Array(PreflightCheck, { maxItems: 16 }),
  time: Timestamp,
  version: Type.String({ maxLength: 64 }),
  features: Features,
  /** The address at which the joiner was reached. */
  url: Type.Optional(Url)
})
export type PreflightReply = Static<typeof PreflightReply>

export const Preflight = Type.Object({ ok: Type.Boolean(), checks: Type.Array(PreflightCheck) })
