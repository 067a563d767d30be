import { NothingToApprove } from '../../errors/joining.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member, PeerView } from '../../schemas/peer.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { specOf, viewOf } from '../peers/peer-view.ts'
import { createMemberViews } from './member-views.ts'
import { createRemoval, type RemovalOptions } from './removal.ts'

interface MembershipOptions extends Omit<RemovalOptions, 'now'> {
  cluster: Pick<Cluster, 'left' | 'updated' | 'peer'>
  now?: () => number
}

export type Membership = ReturnType<typeof createMembership>

/** Who belongs to this node: looked up, confirmed, approved, removed. The store first, then the actors. */
export function createMembership(options: MembershipOptions) {
  const { store, cluster, invites, events, now = Date.now } = options
  const { members } = store
  const views = createMemberViews({ members, cluster })
  const { find } = views
  const removal = createRemoval({ ...options, now })

  async function change(id: string, how: Change): Promise<Member | undefined> {
    const before = members.get(id)
    const after = await members.change(id, how)
    if (!after || after === before) return undefined
    cluster.updated(specOf(after))
    return after
  }

  const tell = (type: 'peer.confirmed' | 'peer.left' | 'policy.changed', { name, id }: Member, reason?: string) =>
    events.publish({ type, peer: name, peer_id: id, ...(reason !== undefined && { reason }) })

  return {
    ...views,

    /** The other side has stored us: it said so, called us, or answered to its key. */
    async confirmed(id: string): Promise<void> {
      const member = await change(id, confirmed)
      if (!member) return
      const { invite } = member
      if (invite !== undefined) await invites.inTurn(() => invites.close(invite))
      tell('peer.confirmed', member)
    },

    /** An operator lets a member in that joined with `require_approval`. */
    async approve(name: string): Promise<PeerView> {
      const member = await change(find(name).id, approved)
      if (!member) throw new NothingToApprove(name)
      tell('peer.confirmed', member, 'approved by an operator')
      return viewOf(member, cluster.peer(member.id))
    },

    /** What is done with whom it introduces from now on. */
    async setIntroductions(name: string, introductions: IntroductionPolicy): Promise<void> {
      const member = find(name)
      await members.change(member.id, (now) => ({ ...now, introductions }))
      tell('policy.changed', member, `whom it introduces: ${introductions}`)
    },

    /** Its key is dead with the answer. @throws PeerUnknown */
    async remove(name: string, by: string): Promise<{ peer: string }> {
      const member = find(name)
      await removal.remove(member, by)
      return { peer: member.name }
    },

    /** The other side removed us. It stays in the list until an operator removes it here as well. */
    async left(id: string, by: string): Promise<void> {
      const member = await change(id, leftBy(by, new Date(now()).toISOString()))
      if (member) tell('peer.left', member, `its operator removed this server (${member.removedBy})`)
    },

    /** When peers were last seen, in wall milliseconds by id. */
    seen: (times: ReadonlyMap<string, number>) =>
      members.changeAll([...times.keys()], (member) => ({
        ...member,
        lastSeenAt: new Date(times.get(member.id) ?? 0).toISOString()
      })),

    tidy: removal.tidy
  }
}

/** What becomes of a member; undefined where it stays as it is. */
type Change = (member: Member) => Member | undefined

const confirmed: Change = (member) =>
  member.state === 'pending' && !member.awaitsApproval ? { ...member, state: 'active' } : undefined

const approved: Change = ({ awaitsApproval, ...member }) =>
  awaitsApproval ? { ...member, state: 'active' } : undefined

const leftBy =
  (by: string, at: string): Change =>
  (member) =>
    member.state === 'removed' ? undefined : { ...member, state: 'removed', removedBy: by.slice(0, 256), removedAt: at }
