import { Check } from 'typebox/value'
import { IntroductionUnknown, RemovedHere } from '../../errors/introductions.ts'
import { ExchangeStale, OwnAddress } from '../../errors/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import { IdentityRequestContent } from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { exchangeKey, type IdentityMessage, openBetween } from '../../security/identity.ts'
import { CannotUnseal } from '../../security/sealing.ts'
import { digest } from '../../security/tokens.ts'
import type { Store } from '../../store/store.ts'
import { openIdentity } from '../identity/own-identity.ts'
import { EXCHANGE_PURPOSE } from '../joining/exchange-client.ts'
import type { Invites } from '../membership/invites.ts'
import { FEATURES, type Self, urlOf } from '../peers/self.ts'
import { isExchangeId, isLater } from './exchange-id.ts'
import type { Introductions } from './introductions.ts'
import type { Knocks } from './knocks.ts'
import type { Pairs } from './pairs.ts'

interface AnsweringOptions {
  store: Pick<Store, 'identity' | 'vault' | 'departures'>
  self: Self
  invites: Pick<Invites, 'inTurn'>
  introductions: Pick<Introductions, 'byIdentity'>
  pairs: Pairs
  knocks: Pick<Knocks, 'note'>
  pins: () => readonly string[]
}

export type Answering = ReturnType<typeof createAnswering>

/**
 * The asked side of an exchange between identities: a server that was introduced here becomes a member, a member gets new
 * keys. Who is neither hears nothing but that, whether or not its message could be opened.
 */
export function createAnswering({ store, self, invites, introductions, pairs, knocks, pins }: AnsweringOptions) {
  const isKnown = (identity: string) =>
    pairs.ofIdentity(identity) !== undefined ||
    introductions.byIdentity(identity) !== undefined ||
    store.departures.all().some((gone) => gone.identity === identity)

  async function opened(message: IdentityMessage) {
    try {
      const { plain, sealReply } = await openBetween(openIdentity(store), message, EXCHANGE_PURPOSE)
      return { content: JSON.parse(plain) as unknown, sealReply }
    } catch (error) {
      throw error instanceof CannotUnseal || error instanceof SyntaxError ? new IntroductionUnknown() : error
    }
  }

  /** Gives the key that the other side presents here, and who that is. */
  async function admit(from: string, content: IdentityRequestContent): Promise<{ api_key: string; member: Member }> {
    const { exchange_id: exchangeId, ...said } = content
    const key = exchangeKey(openIdentity(store), from, exchangeId)
    const member = pairs.ofIdentity(from)
    if (member?.state === 'suspended') throw new RemovedHere()
    if (member?.exchangeId === exchangeId && member.keyDigest.current === digest(key)) return { api_key: key, member }
    if (member && !isLater(exchangeId, member.exchangeId)) throw new ExchangeStale()
    const written = await pairs.write({ identity: from, said, exchangeId, key, state: 'pending' })
    return { api_key: key, member: written }
  }

  /** @throws IntroductionUnknown, IntroductionWaits, RemovedHere, ExchangeStale, and what a join throws */
  return async function answer(message: IdentityMessage) {
    if (!isKnown(message.from)) {
      knocks.note(message.from)
      throw new IntroductionUnknown()
    }
    const { content, sealReply } = await opened(message)
    if (!Check(IdentityRequestContent, content) || !isExchangeId(content.exchange_id))
      throw new BadRequest('the sealed request has a wrong shape')
    const url = urlOf('url', content.url, self.dialPolicy())
    // Two homes may have the same address in their networks.
    if (content.reach === undefined && (await self.isOwnUrl(url))) throw new OwnAddress('url')
    return invites.inTurn(async () => {
      const { api_key, member } = await admit(message.from, content)
      const urls = self.urls()
      const who = { name: self.name(), node_id: self.nodeId(), urls, features: [...FEATURES], pins: [...pins()] }
      return { reply: sealReply(JSON.stringify({ ...who, api_key })), member }
    })
  }
}
