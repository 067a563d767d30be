import pLimit from 'p-limit'
import { OwnAddress } from '../../errors/joining.ts'
import { PeerUnknown } from '../../errors/members.ts'
import { BadRequest, NotThere } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Verdict } from '../../schemas/health.ts'
import { RESERVED_NAMES, sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { hasAddress, shownUrl } from '../peers/no-address.ts'
import { specOf } from '../peers/peer-view.ts'
import { type Self, urlOf } from '../peers/self.ts'
import type { Place, Places } from './places.ts'
import type { Whereabouts } from './whereabouts.ts'

interface MovingOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'name' | 'dialPolicy' | 'isOwnUrl'>
  invites: Pick<Invites, 'inTurn'>
  cluster: Pick<Cluster, 'updated' | 'peer' | 'onChange'>
  remote: Pick<Remote, 'links'>
  events: EventLog
  places: Places
  whereabouts: Whereabouts
  onFault: (error: unknown) => void
}

export type Moving = ReturnType<typeof createMoving>

const AT_ONCE = 8
/** It is not there, or another one is. */
const LOST: ReadonlySet<Verdict> = new Set<Verdict>(['offline', 'rejected', 'incompatible'])

/**
 * A card that says another name or address than a member is known by. A name counts unless it is somebody else's; an
 * address once the member itself was met there.
 */
export function createMoving({
  store: { members },
  self,
  invites,
  cluster,
  remote,
  events,
  places,
  whereabouts,
  onFault
}: MovingOptions) {
  const atOnce = pLimit(AT_ONCE)
  const end = cluster.onChange(({ id, verdict }) => {
    if (LOST.has(verdict)) elsewhere(members.get(id)).catch(onFault)
  })

  /** Where it is silent, or another one sits now, its other addresses are tried, and then others are asked. */
  async function elsewhere(member: Member | undefined): Promise<void> {
    if (member?.state !== 'active' || !member.card) return
    await atOnce(async () => {
      if (!(await move(member, true))) await whereabouts.find(member)
    })
  }

  async function rename({ id, name, card }: Member): Promise<void> {
    if (!card || card.name === name || RESERVED_NAMES.has(card.name.toLowerCase())) return
    const taken = sameName(card.name, self.name()) ? self.name() : members.byName(card.name)
    if (taken && (typeof taken === 'string' || taken.id !== id)) {
      events.publish({
        ...{ type: 'introduction.conflict', peer: name, peer_id: id },
        reason: `It calls itself ${card.name} now, and that is the name of another server here; it stays ${name}`
      })
      return
    }
    await store(id, (member) => ({ ...member, name: card.name }))
    events.publish({ type: 'peer.renamed', peer: card.name, peer_id: id, from: name, to: card.name })
  }

  /** Tries the addresses of its card, best first, and keeps the first one at which it answers itself. */
  async function move(member: Member, isSilent: boolean): Promise<boolean> {
    // It opens connections, and says itself where it may be dialled instead.
    if (member.reach === 'reverse' && member.card?.reach === 'reverse') return true
    for (const given of member.card?.urls.filter(hasAddress) ?? []) {
      const place = await places.at(member, given)
      if (place === 'here' && !isSilent) return true
      if (!place || place === 'here' || !(await places.answers(member, place))) continue
      await settle(member, place)
      return true
    }
    return false
  }

  async function settle({ id, name, url: from, reach }: Member, place: Place): Promise<void> {
    await store(id, ({ reach: _, callsFrom: __, ...now }) => ({ ...now, ...place }))
    if (reach === 'reverse') remote.links.forget(id)
    events.publish({ type: 'peer.moved', peer: name, peer_id: id, from: shownUrl(from), to: place.url })
  }

  async function store(id: string, how: (member: Member) => Member): Promise<void> {
    const changed = await members.change(id, how)
    if (changed) cluster.updated(specOf(changed))
  }

  return {
    /** A member's card has changed. */
    async follow(memberId: string): Promise<void> {
      const member = members.get(memberId)
      if (!member?.card || member.state !== 'active') return
      // A join and another's new name must not take it meanwhile.
      await invites.inTurn(() => rename(members.get(memberId) ?? member))
      await move(members.get(memberId) ?? member, false)
    },
    /** Run each minute: those that are silent where they were may have answered elsewhere before we were told. */
    async tidy(): Promise<void> {
      await Promise.all(
        members.all().flatMap((one) => (LOST.has(cluster.peer(one.id)?.verdict ?? 'online') ? elsewhere(one) : []))
      )
    },

    /** Whether it answers at an address that it is not asked at now. */
    async isAt(member: Member, given: string): Promise<boolean> {
      const place = await places.at(member, given)
      return place !== undefined && place !== 'here' && places.answers(member, place)
    },

    /** An operator says where it is. @throws PeerUnknown, BadRequest, OwnAddress, NotThere */
    async confirm(name: string, given: string | undefined): Promise<Member> {
      const member = members.byName(name)
      if (!member) throw new PeerUnknown(name)
      const url = urlOf('url', given ?? member.callsFrom ?? '', self.dialPolicy())
      if (await self.isOwnUrl(url)) throw new OwnAddress('url')
      if (!member.card) throw new BadRequest(UNPROVEN)
      const place = await places.at(member, url)
      if (place === undefined) throw new BadRequest(WEAKER)
      if (place === 'here') return member
      if (!(await places.answers(member, place))) throw new NotThere(name)
      await settle(member, place)
      return members.get(member.id) ?? member
    },
    stop: end
  }
}

const UNPROVEN =
  'url: this peer cannot prove at another address that it is the same; make an invite with "replaces", and join with it'
const WEAKER = 'url: requests to this peer would be less safe there than they are now; give an address with https'
