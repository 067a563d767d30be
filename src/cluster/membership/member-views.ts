import { PeerUnknown } from '../../errors/members.ts'
import type { Member, PeerDetail, PeerView } from '../../schemas/peer.ts'
import type { Members } from '../../store/members.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { detailOf, viewOf } from '../peers/peer-view.ts'

interface ViewsOptions {
  members: Members
  cluster: Pick<Cluster, 'peer'>
}

/** The members, looked up and shown. */
export function createMemberViews({ members, cluster }: ViewsOptions) {
  /** @throws PeerUnknown */
  function find(name: string): Member {
    const member = members.byName(name)
    if (!member) throw new PeerUnknown(name)
    return member
  }

  const show = (member: Member): PeerView => viewOf(member, cluster.peer(member.id))

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
      return member && show(member)
    },
    /** @throws PeerUnknown */
    shown: (name: string): PeerView => show(find(name)),
    detail: (name: string): PeerDetail => {
      const member = find(name)
      return detailOf(member, cluster.peer(member.id))
    }
  }
}
