import pLimit from 'p-limit'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { OwnAddress } from '../../errors/joining.ts'
import { PeerUnknown } from '../../errors/members.ts'
import { BadRequest, NotThere } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { RESERVED_NAMES, sameName } from '../../schemas/names.ts'
import type { Member, Transport } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { hasAddress, shownUrl } from '../peers/no-address.ts'
import { specOf } from '../peers/peer-view.ts'
import { dialable, type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'

interface MovingOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'name' | 'dialPolicy' | 'isOwnUrl'>
  invites: Pick<Invites, 'inTurn'>
  cluster: Pick<Cluster, 'updated' | 'peer' | 'onChange'>
  remote: Pick<Remote, 'requestDirectly' | 'links' | 'deadlines'>
  events: EventLog
  allowInsecure: AllowInsecure
  onFault: (error: unknown) => void
}

export type Moving = ReturnType<typeof createMoving>

const Health = Type.Object({ node_id: Type.String() })
const AT_ONCE = 8
const MAX_BYTES = 16_384

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
  allowInsecure,
  onFault
}: MovingOptions) {
  const atOnce = pLimit(AT_ONCE)
  const end = cluster.onChange(({ id, verdict }) => {
    if (verdict === 'offline') elsewhere(members.get(id)).catch(onFault)
  })

  /** Where it is silent, its other addresses are tried. */
  async function elsewhere(member: Member | undefined): Promise<void> {
    const hasOthers = member?.state === 'active' && member.card?.urls.some((other) => other !== member.url)
    if (member && hasOthers) await atOnce(() => move(member, true))
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
  async function move(member: Member, isSilent: boolean): Promise<void> {
    // It opens connections, and says itself where it may be dialled instead.
    if (member.reach === 'reverse' && member.card?.reach === 'reverse') return
    for (const given of member.card?.urls.filter(hasAddress) ?? []) {
      const place = await placeAt(member, given)
      if (place === 'here' && !isSilent) return
      if (place && place !== 'here' && (await answersAt(member, place))) return settle(member, place)
    }
  }

  async function settle({ id, name, url: from, reach }: Member, place: Place): Promise<void> {
    await store(id, ({ reach: _, callsFrom: __, ...now }) => ({ ...now, ...place }))
    if (reach === 'reverse') remote.links.forget(id)
    events.publish({ type: 'peer.moved', peer: name, peer_id: id, from: shownUrl(from), to: place.url })
  }

  /** Never from https to http, nor where a pin was to where there is none. */
  async function placeAt(member: Member, given: string): Promise<Place | 'here' | undefined> {
    const { card, url: known, transport: before, reach } = member
    if (!card) return undefined
    const url = dialable(given, self.dialPolicy())
    if (url === known && reach === undefined && member.pins.join() === card.pins.join()) return 'here'
    if (url === undefined || (await self.isOwnUrl(url))) return undefined
    const transport = transportOf(url, { kind: 'sealed', ...card }, allowInsecure)
    return transport === undefined || STRENGTH[transport] < STRENGTH[before]
      ? undefined
      : { url, transport, pins: card.pins }
  }

  async function answersAt(member: Member, place: Place): Promise<boolean> {
    try {
      const target = targetOf({ ...member, ...place })
      const ask = { path: '/api/health', deadlineMs: remote.deadlines.probeMs, maxBytes: MAX_BYTES }
      const { status, text } = await remote.requestDirectly(target, ask)
      const said: unknown = JSON.parse(text)
      return status === 200 && Check(Health, said) && said.node_id === member.nodeId
    } catch {
      return false
    }
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
        members.all().flatMap((one) => (cluster.peer(one.id)?.verdict === 'online' ? [] : elsewhere(one)))
      )
    },

    /** Whether it answers at an address that it is not asked at now. */
    async isAt(member: Member, given: string): Promise<boolean> {
      const place = await placeAt(member, given)
      return place !== undefined && place !== 'here' && answersAt(member, place)
    },

    /** An operator says where it is. @throws PeerUnknown, BadRequest, OwnAddress, NotThere */
    async confirm(name: string, given: string | undefined): Promise<Member> {
      const member = members.byName(name)
      if (!member) throw new PeerUnknown(name)
      const url = urlOf('url', given ?? member.callsFrom ?? '', self.dialPolicy())
      if (await self.isOwnUrl(url)) throw new OwnAddress('url')
      if (!member.card) throw new BadRequest(UNPROVEN)
      const place = await placeAt(member, url)
      if (place === undefined) throw new BadRequest(WEAKER)
      if (place === 'here') return member
      if (!(await answersAt(member, place))) throw new NotThere(name)
      await settle(member, place)
      return members.get(member.id) ?? member
    },
    stop: end
  }
}

const UNPROVEN =
  'url: this peer cannot prove at another address that it is the same; make an invite with "replaces", and join with it'
const WEAKER = 'url: requests to this peer would be less safe there than they are now; give an address with https'

type Place = Pick<Member, 'url' | 'transport' | 'pins'>

const STRENGTH: Record<Transport, number> = { insecure: 0, signed: 1, tls: 2, pinned: 3 }
