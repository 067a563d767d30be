import pLimit from 'p-limit'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { RESERVED_NAMES, sameName } from '../../schemas/names.ts'
import type { Member, Transport } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { hasAddress, shownUrl } from '../peers/no-address.ts'
import { specOf } from '../peers/peer-view.ts'
import { type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'

interface MovingOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'name' | 'dialPolicy' | 'isOwnUrl'>
  invites: Pick<Invites, 'inTurn'>
  cluster: Pick<Cluster, 'updated' | 'peer'>
  remote: Pick<Remote, 'requestDirectly' | 'links' | 'deadlines'>
  events: EventLog
  allowInsecure: AllowInsecure
}

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
  allowInsecure
}: MovingOptions) {
  const atOnce = pLimit(AT_ONCE)

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
      if (!place || place === 'here' || !(await answersAt(member, place))) continue
      await store(member.id, ({ reach: _, ...now }) => ({ ...now, ...place }))
      if (member.reach === 'reverse') remote.links.forget(member.id)
      const [from, to] = [shownUrl(member.url), place.url]
      events.publish({ type: 'peer.moved', peer: member.name, peer_id: member.id, from, to })
      return
    }
  }

  /** Never from https to http, nor where a pin was to where there is none. */
  async function placeAt(member: Member, given: string) {
    const { card, url: known, transport: before, reach } = member
    if (!card) return undefined
    const url = parsed(given, self)
    if (url === known && reach === undefined && member.pins.join() === card.pins.join()) return 'here'
    if (url === undefined || (await self.isOwnUrl(url))) return undefined
    const transport = transportOf(url, { kind: 'sealed', ...card }, allowInsecure)
    return transport === undefined || STRENGTH[transport] < STRENGTH[before]
      ? undefined
      : { url, transport, pins: card.pins }
  }

  async function answersAt(member: Member, place: Pick<Member, 'url' | 'transport' | 'pins'>): Promise<boolean> {
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
      const silent = members
        .all()
        .filter(
          ({ id, state, url, card }) =>
            state === 'active' && cluster.peer(id)?.verdict !== 'online' && card?.urls.some((other) => other !== url)
        )
      await Promise.all(silent.map((member) => atOnce(() => move(member, true))))
    }
  }
}

const STRENGTH: Record<Transport, number> = { insecure: 0, signed: 1, tls: 2, pinned: 3 }

function parsed(url: string, self: Pick<Self, 'dialPolicy'>): string | undefined {
  try {
    return urlOf('url', url, self.dialPolicy())
  } catch {
    return undefined
  }
}
