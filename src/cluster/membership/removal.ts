import { PeerUnknown } from '../../errors/members.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Departure } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createDepartures, departureOf } from './departures.ts'
import type { Invites } from './invites.ts'
import { neverConfirmed } from './lifetimes.ts'

export interface RemovalOptions {
  store: Pick<Store, 'members' | 'revoke'>
  departures: Collection<Departure>
  cluster: Pick<Cluster, 'left'>
  invites: Pick<Invites, 'close' | 'inTurn'>
  remote: Pick<Remote, 'request' | 'forget' | 'deadlines'>
  events: EventLog
  now: () => number
}

/** How members go: an operator removes them, or they never confirmed. Their keys are dead with that. */
export function createRemoval(options: RemovalOptions) {
  const { store, cluster, invites, remote, events, now } = options
  const departures = createDepartures({ departures: options.departures, remote, now })
  const { members } = store

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

  const told = ({ id, name }: Pick<Member, 'id' | 'name'>, reason: string) =>
    events.publish({ type: 'peer.removed', peer: name, peer_id: id, reason })

  return {
    /** It is told, again and again for a day. @throws PeerUnknown */
    async remove(member: Member, by: string): Promise<void> {
      const departure = departureOf(member, by, new Date(now()).toISOString())
      await departures.put(departure)
      if (!(await erase(member.id, undefined, departure.notice?.via !== undefined))) throw new PeerUnknown(member.name)
      told(member, `by ${by}`)
      departures.attend(departure).catch(() => {})
    },

    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      const isLate = (member: Member) => neverConfirmed(member, now())
      for (const member of members.all().filter(isLate))
        if (await erase(member.id, isLate)) told(member, 'it never confirmed the join')
      // A crash came between the two writes of a removal.
      for (const departure of departures.all().filter(({ id }) => members.get(id)))
        if (await erase(departure.id)) told(departure, `by ${departure.removedBy}`)
      await departures.trim()
      await Promise.all(departures.all().map(departures.attend))
    }
  }
}
