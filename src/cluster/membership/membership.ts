import { NothingToApprove } from '../../errors/joining.ts'
import { PeerUnknown } from '../../errors/members.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Departure } from '../../schemas/joining/joining.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member, PeerDetail, PeerView } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { detailOf, specOf, viewOf } from '../peers/peer-view.ts'
import { createDepartures, departureOf } from './departures.ts'
import type { Invites } from './invites.ts'
import { neverConfirmed } from './lifetimes.ts'

interface MembershipOptions {
  store: Pick<Store, 'members' | 'revoke'>
  departures: Collection<Departure>
  cluster: Pick<Cluster, 'left' | 'updated' | 'peer'>
  invites: Pick<Invites, 'close' | 'inTurn'>
  remote: Pick<Remote, 'request' | 'forget' | 'deadlines'>
  events: EventLog
  now?: () => number
}

export type Membership = ReturnType<typeof createMembership>

/** Who belongs to this node: looked up, confirmed, approved, removed. The store first, then the actors. */
export function createMembership(options: MembershipOptions) {
  const { store, cluster, invites, remote, events, now = Date.now } = options
  const departures = createDepartures({ departures: options.departures, remote, now })
  const { members } = store
  const timestamp = () => new Date(now()).toISOString()

  function find(name: string): Member {
    const member = members.byName(name)
    if (!member) throw new PeerUnknown(name)
    return member
  }

  async function change(id: string, how: (member: Member) => Member | undefined): Promise<Member | undefined> {
    const before = members.get(id)
    const after = await members.change(id, how)
    if (!after || after === before) return undefined
    cluster.updated(specOf(after))
    return after
  }

  /** False when it is none any more, or is not as it should be to go. */
  function erase(id: string, mayGo: (member: Member) => boolean = () => true, isToBeTold = false): Promise<boolean> {
    return invites.inTurn(async () => {
      const member = members.get(id)
      if (!member || !mayGo(member)) return false
      store.revoke(digests(member))
      if (member.invite !== undefined) await invites.close(member.invite)
      await members.delete(id)
      cluster.left(id)
      // What it opened is the only way to tell it.
      if (!isToBeTold) remote.forget(id)
      return true
    })
  }

  return {
    find,
    /** A member's name as it is stored; undefined for what is no member. */
    nameOf: (name: string): string | undefined => members.byName(name)?.name,
    /** The name of the peer that introduced it. */
    introducerOf: (id: string): string | undefined => members.get(id)?.introducedBy?.name,
    get: members.get,
    all: members.all,
    count: () => members.all().length,
    view: (id: string): PeerView | undefined => {
      const member = members.get(id)
      return member && viewOf(member, cluster.peer(id))
    },
    /** @throws PeerUnknown */
    shown: (name: string): PeerView => {
      const member = find(name)
      return viewOf(member, cluster.peer(member.id))
    },
    detail: (name: string): PeerDetail => {
      const member = find(name)
      return detailOf(member, cluster.peer(member.id))
    },

    /** The other side has stored us: it said so, called us, or answered to its key. */
    async confirmed(id: string): Promise<void> {
      const member = await change(id, (member) =>
        member.state === 'pending' && !member.awaitsApproval ? { ...member, state: 'active' } : undefined
      )
      if (!member) return
      const { invite } = member
      if (invite !== undefined) await invites.inTurn(() => invites.close(invite))
      events.publish({ type: 'peer.confirmed', peer: member.name, peer_id: id })
    },

    /** An operator lets a member in that joined with `require_approval`. */
    async approve(name: string): Promise<PeerView> {
      const { id } = find(name)
      const member = await change(id, ({ awaitsApproval, ...rest }) =>
        awaitsApproval ? { ...rest, state: 'active' } : undefined
      )
      if (!member) throw new NothingToApprove(name)
      events.publish({ type: 'peer.confirmed', peer: member.name, peer_id: id, reason: 'approved by an operator' })
      return viewOf(member, cluster.peer(id))
    },

    /** What is done with whom it introduces from now on. */
    async setIntroductions(name: string, introductions: IntroductionPolicy): Promise<void> {
      const { id, name: peer } = find(name)
      await members.change(id, (member) => ({ ...member, introductions }))
      events.publish({ type: 'policy.changed', peer, peer_id: id, reason: `whom it introduces: ${introductions}` })
    },

    /** Its key is dead with the answer; it is told, again and again for a day. */
    async remove(name: string, by: string): Promise<{ peer: string }> {
      const member = find(name)
      const { id } = member
      const departure = departureOf(member, by, timestamp())
      await departures.put(departure)
      if (!(await erase(id, undefined, departure.notice?.via !== undefined))) throw new PeerUnknown(name)
      events.publish({ type: 'peer.removed', peer: member.name, peer_id: id, reason: `by ${by}` })
      departures.attend(departure).catch(() => {})
      return { peer: member.name }
    },

    /** The other side removed us. It stays in the list until an operator removes it here as well. */
    async left(id: string, by: string): Promise<void> {
      const member = await change(id, (member) =>
        member.state === 'removed'
          ? undefined
          : { ...member, state: 'removed', removedBy: by.slice(0, 256), removedAt: timestamp() }
      )
      if (!member) return
      events.publish({
        type: 'peer.left',
        peer: member.name,
        peer_id: id,
        reason: `its operator removed this server (${member.removedBy})`
      })
    },

    /** When peers were last seen, in wall milliseconds by id. */
    seen: (times: ReadonlyMap<string, number>) =>
      members.changeAll([...times.keys()], (member) => ({
        ...member,
        lastSeenAt: new Date(times.get(member.id) ?? 0).toISOString()
      })),

    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      const isLate = (member: Member) => neverConfirmed(member, now())
      for (const { id, name } of members.all().filter(isLate)) {
        if (!(await erase(id, isLate))) continue
        events.publish({ type: 'peer.removed', peer: name, peer_id: id, reason: 'it never confirmed the join' })
      }
      for (const { id, name, removedBy } of departures.all()) {
        // A crash came between the two writes of a removal.
        if (!members.get(id) || !(await erase(id))) continue
        events.publish({ type: 'peer.removed', peer: name, peer_id: id, reason: `by ${removedBy}` })
      }
      await departures.trim()
      await Promise.all(departures.all().map(departures.attend))
    }
  }
}
