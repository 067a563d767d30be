import pLimit from 'p-limit'
import { Check } from 'typebox/value'
import { IdentityConflict } from '../../errors/introductions.ts'
import { createInFlight } from '../../in-flight.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { Card, cardOf } from '../../schemas/joining/card.ts'
import type { Member } from '../../schemas/peer.ts'
import { fingerprintOf } from '../../security/identity.ts'
import type { Store } from '../../store/store.ts'
import { jsonOf } from '../../untyped.ts'
import { createListeners } from '../liveness/listeners.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Self } from '../peers/self.ts'
import { targetOf } from '../peers/transport.ts'
import type { OwnCard } from './own-card.ts'

interface CardsOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'identity'>
  ownCard: OwnCard
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onAnswer'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  onFault: (error: unknown) => void
}

const AT_ONCE = 8
const MAX_BYTES = 16_384

export type Cards = ReturnType<typeof createCards>

/**
 * The cards that members exchange. Each tells the others its own whenever it changed; an identity is learnt once, from
 * what could not be changed on the way, and another one for the same member is refused and told.
 */
export function createCards({ store: { members }, self, ownCard, cluster, remote, events, onFault }: CardsOptions) {
  const atOnce = pLimit(AT_ONCE)
  const once = createInFlight<void>()
  const listeners = createListeners<[memberId: string]>(onFault)
  const ends = [
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'online') tell(id).catch(onFault)
    }),
    // One that was upgraded within moments was online all the while, and takes cards only now.
    cluster.onAnswer(({ id }, { ok }) => {
      const member = ok ? members.get(id) : undefined
      if (member && member.cardTold === undefined && takesCards(member)) tell(id).catch(onFault)
    })
  ]

  /** @throws IdentityConflict */
  async function take(memberId: string, said: Card): Promise<void> {
    const card = cardOf(said)
    let [taken, fault]: [boolean, string | undefined] = [false, undefined]
    const member = members.get(memberId)
    // Looked at where it is written: of two first cards that come at once, the second is not the first.
    await members.change(memberId, (now) => {
      fault = faultOf(now, card, { own: self.identity(), members: members.all() })
      if (fault) return undefined
      taken = now.card === undefined || now.card.seq < card.seq
      return taken ? { ...now, card, features: [...new Set([...now.features, ...card.features])] } : undefined
    })
    if (member && fault) {
      events.publish({ type: 'peer.identity', peer: member.name, peer_id: memberId, reason: fault })
      throw new IdentityConflict(member.name)
    }
    if (taken) listeners.tell(memberId)
  }

  /** Gives a member our card where it has not this one yet. */
  const tell = (memberId: string) => once(memberId, () => atOnce(() => tellNow(memberId)))

  async function tellNow(memberId: string): Promise<void> {
    const member = members.get(memberId)
    if (!member || !takesCards(member)) return
    const card = await ownCard()
    if (!card || (member.cardTold === card.seq && member.card)) return
    const answer = await remote
      .request(targetOf(member), {
        ...{ method: 'POST', path: '/api/cluster/card', body: card },
        ...{ deadlineMs: remote.deadlines.requestMs, maxBytes: MAX_BYTES }
      })
      .catch(() => undefined)
    if (answer?.status !== 200) return
    await members.change(memberId, (now) => ({ ...now, cardTold: card.seq }))
    const theirs = jsonOf(answer.text)
    // On plain http only a signed answer is its own word.
    const certain = member.transport !== 'signed' || member.features.includes('signed-answers')
    if (certain && Check(Card, theirs)) await take(memberId, theirs).catch(unlessConflict)
  }

  const takesCards = ({ id, state, features }: Member) =>
    state === 'active' &&
    (features.includes('introduce') || (cluster.peer(id)?.features.includes('introduce') ?? false))

  return {
    take,
    tell,
    own: ownCard,
    /** Run each minute. */
    async tidy(): Promise<void> {
      const online = members.all().filter(({ id }) => cluster.peer(id)?.verdict === 'online')
      await Promise.all(online.map(({ id }) => tell(id)))
    },
    /** Calls back when a member's card is another one. */
    onCard: (listener: (memberId: string) => void): void => void listeners.add(listener),
    stop(): void {
      for (const end of ends) end()
    }
  }
}

/** Why a card is not believed of a member; undefined where nothing speaks against it. */
function faultOf(
  { id, nodeId, card: known }: Member,
  card: Card,
  { own, members }: { own: string | undefined; members: readonly Member[] }
): string | undefined {
  if (nodeId !== undefined && nodeId !== card.node_id) return 'Its card is that of another node id than it joined with'
  if (known && known.identity !== card.identity)
    return `It shows another identity (${fingerprintOf(card.identity)}) than the one it is known by (${fingerprintOf(known.identity)})`
  if (card.identity === own) return 'It shows the identity of this very server: one of both is a copy'
  const holder = members.find((other) => other.id !== id && other.card?.identity === card.identity)
  return holder && `It shows the identity of ${holder.name}: one of both is a copy, or is not what it says`
}

/** That is told as an event already. */
const unlessConflict = (fault: unknown) => {
  if (!(fault instanceof IdentityConflict)) throw fault
}
