import { Check } from 'typebox/value'
import type { Clock } from '../../../machines/clock.ts'
import { IdentityConflict, RemovedHere } from '../../errors/introductions.ts'
import { ExchangeStale } from '../../errors/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { RemoteAnswer } from '../../remote/target.ts'
import type { Card } from '../../schemas/joining/card.ts'
import { IdentityReplyBody } from '../../schemas/joining/introduction.ts'
import { type IdentityRequestContent, SealedReplyContent } from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { exchangeKey, sealBetween } from '../../security/identity.ts'
import type { Store } from '../../store/store.ts'
import { openIdentity } from '../identity/own-identity.ts'
import { EXCHANGE_PURPOSE, shownReason } from '../joining/exchange-client.ts'
import type { Invites } from '../membership/invites.ts'
import { hasAddress } from '../peers/no-address.ts'
import { FEATURES, type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import type { OwnReach } from '../reach/own-reach.ts'
import type { WayBack } from '../reach/way-back.ts'
import { createExchangeId, isLater } from './exchange-id.ts'
import type { Pairs } from './pairs.ts'
import { type Failure, NEITHER } from './schedule.ts'

interface AskingOptions {
  store: Pick<Store, 'identity' | 'vault' | 'members'>
  self: Self
  invites: Pick<Invites, 'inTurn'>
  pairs: Pairs
  reach: Pick<OwnReach, 'isReverse' | 'towards'>
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  allowInsecure: AllowInsecure
  pins: () => readonly string[]
  clock: Pick<Clock, 'wall'>
}

/** It came to nothing, this time. */
export class NotPaired extends Error {
  override name = 'NotPaired'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.reason, options)
    this.failure = failure
  }
}

const MAX_BYTES = 65_536

/**
 * The asking side of an exchange between identities: with a server that was introduced, or with a member that refuses our
 * keys. Each time is a later exchange than the one before, so what was lost on the way needs no memory.
 */
export function createAsking(options: AskingOptions) {
  const { store, self, invites, pairs, reach, remote, allowInsecure, pins, clock } = options

  /** @throws NotPaired */
  return async function ask(card: Card, signal: AbortSignal): Promise<Member> {
    let last: unknown = new NotPaired({
      code: 'peer_unreachable',
      reason: 'its card holds no address that can be dialled'
    })
    for (const url of card.urls.filter(hasAddress)) {
      try {
        return await askAt(card, url, signal)
      } catch (error) {
        last = asNotPaired(error)
        if (!(last instanceof NotPaired) || !neverArrived(last)) throw last
      }
    }
    if (card.reach === 'reverse') last = new NotPaired(reach.isReverse() ? NEITHER_REACHABLE : DIALS_HERE)
    throw last
  }

  async function askAt(card: Card, given: string, signal: AbortSignal): Promise<Member> {
    const url = urlOf('url', given, self.dialPolicy())
    if (await self.isOwnUrl(url))
      throw new NotPaired({ code: 'own_address', reason: 'its address is one of this very server' })
    if (transportOf(url, { kind: 'sealed', ...card }, allowInsecure) === undefined)
      throw new NotPaired({ code: 'insecure_transport', reason: 'its address is plain http, and it signs no requests' })
    const own = openIdentity(store)
    const exchangeId = createExchangeId(pairs.ofIdentity(card.identity)?.exchangeId, clock.wall())
    const key = exchangeKey(own, card.identity, exchangeId)
    const wayBack = reach.towards(url, card.features)
    const plain = JSON.stringify(contentOf(wayBack, exchangeId, key))
    const { request, openReply } = await sealBetween(own, card.identity, { plain, purpose: EXCHANGE_PURPOSE })
    const answer = parse(accepted(await post(url, { card, body: request, signal })).text)
    if (!Check(IdentityReplyBody, answer)) throw notItself()
    const said = parse(opened(() => openReply(answer)))
    if (!Check(SealedReplyContent, said)) throw notItself()
    return invites.inTurn(() => keep({ card, url, exchangeId, key, said, wayBack }))
  }

  async function keep({ card, url, exchangeId, key, said, wayBack }: Kept): Promise<Member> {
    const member = pairs.ofIdentity(card.identity)
    if (member?.state === 'suspended') throw new RemovedHere()
    // The two asked each other at once, and the other one's exchange is the later.
    if (member && !isLater(exchangeId, member.exchangeId)) return member
    if (said.node_id !== card.node_id) throw new IdentityConflict(said.name)
    // Somebody may sit there who passes on what two others seal, to be given their keys afterwards.
    if (!said.urls?.some((own) => sameUrl(own, url)))
      throw new NotPaired({
        code: 'address_conflict',
        reason: 'the address that it was introduced with is not one that it gives itself'
      })
    return pairs.write({
      ...{ identity: card.identity, said: { ...said, url }, exchangeId, key },
      ...{ state: 'active', reachBack: wayBack.reach }
    })
  }

  function contentOf(
    { callbackUrl: url, reach }: WayBack,
    exchange_id: string,
    api_key: string
  ): IdentityRequestContent {
    const who = { url, name: self.name(), node_id: self.nodeId(), features: [...FEATURES], pins: [...pins()] }
    return { ...who, api_key, exchange_id, ...(reach && { reach }) }
  }

  async function post(url: string, { card, body, signal }: { card: Card; body: unknown; signal: AbortSignal }) {
    const ask = { method: 'POST' as const, path: '/api/cluster/exchange', body, signal, maxBytes: MAX_BYTES }
    try {
      return await remote.exchange(url, { ...ask, deadlineMs: remote.deadlines.requestMs }, card.pins)
    } catch (cause) {
      if (!(cause instanceof RemoteFailure)) throw cause
      throw new NotPaired({ code: 'peer_unreachable', reason: cause.message }, { cause })
    }
  }
}

interface Kept {
  card: Card
  url: string
  exchangeId: string
  key: string
  said: SealedReplyContent
  wayBack: WayBack
}

/** Nothing that is asked came to it, so another address may lead there. */
const neverArrived = ({ cause, failure }: NotPaired) =>
  cause instanceof RemoteFailure || cause instanceof BadRequest || failure.code === 'own_address'

const DIALS_HERE: Failure = {
  code: 'dials_here',
  reason: 'it cannot be dialled from here; it dials this server as soon as it has been told of it'
}
const NEITHER_REACHABLE: Failure = {
  code: NEITHER,
  reason: 'the two cannot dial each other; the dashboard of who introduced them shows both'
}

const WORDS: Readonly<Record<string, string>> = {
  introduction_unknown: 'it has not been told of this server yet',
  introduction_waits: 'its operator has to allow it there',
  removed_here: 'an operator of that server removed or refused this one',
  exchange_stale: new ExchangeStale().message
}

function accepted(answer: RemoteAnswer): RemoteAnswer {
  if (answer.status === 200) return answer
  const body = parse(answer.text)
  const code =
    typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' ? body.code : ''
  const known = /^[a-z_]{1,64}$/.test(code) ? code : 'exchange_rejected'
  throw new NotPaired({
    code: known,
    reason: WORDS[known] ?? `it said: ${shownReason(body)} (status ${answer.status})`
  })
}

const sameUrl = (one: string, other: string) => one.replace(/\/+$/, '') === other

const notItself = () =>
  new NotPaired({ code: 'peer_bad_answer', reason: 'what answers at its address is not that server' })

function opened(open: () => string): string {
  try {
    return open()
  } catch {
    throw notItself()
  }
}

function asNotPaired(error: unknown): unknown {
  if (error instanceof NotPaired || !(error instanceof Error)) return error
  if (!('code' in error) || typeof error.code !== 'string' || !('statusCode' in error)) return error
  return new NotPaired({ code: error.code.toLowerCase(), reason: error.message }, { cause: error })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
