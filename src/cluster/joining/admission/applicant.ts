import { InsecureTransport, InviteExpired, InviteUnknown, InviteUsed, OwnAddress } from '../../../errors/joining.ts'
import { PeerNameTaken } from '../../../errors/members.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { Invite } from '../../../schemas/joining/invite.ts'
import type { Member } from '../../../schemas/peer.ts'
import { digest } from '../../../security/tokens.ts'
import type { Store } from '../../../store/store.ts'
import type { Cluster } from '../../liveness/liveness.ts'
import type { Invites } from '../../membership/invites.ts'
import { nameOf, type Self, urlOf } from '../../peers/self.ts'
import { type AllowInsecure, transportOf } from '../../peers/transport.ts'
import { type Place, placeOf, refusalOf } from '../claim.ts'
import type { OtherSide } from '../member-record.ts'
import { furtherPlaces } from '../reachability.ts'
import { standing } from '../standing.ts'

/** The server that presents an invite. */
export type Applicant = OtherSide & {
  token: string
  url: string
  /** Where else it may be dialled, best first. */
  other_urls?: readonly string[]
  /** One of ours: the id of its join, and the key that it gets, which is the same however often the same join asks. */
  join?: { id: string; key: string }
}

export type Admitted = Extract<Place<Member>, { kind: 'new' | 'over' }>

interface ApplicantOptions {
  store: Pick<Store, 'members'>
  self: Self
  invites: Pick<Invites, 'byDigest' | 'isOver'>
  cluster: Pick<Cluster, 'peer' | 'reportFailure'>
  events: EventLog
  allowInsecure: AllowInsecure
}

export type Applicants = ReturnType<typeof createApplicants>

/** Whether a server that presents an invite may come in, and to which place. Spends and stores nothing. */
export function createApplicants({ store, self, invites, cluster, events, allowInsecure }: ApplicantOptions) {
  const { members } = store

  return {
    /** @throws InviteUnknown */
    inviteOf({ token }: Pick<Applicant, 'token'>): Invite {
      const invite = invites.byDigest(digest(token))
      if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
      return invite
    },

    /** @throws InviteUsed, InviteExpired */
    assertUsable(invite: Invite, spender: Member | undefined): void {
      if (spender || invite.usedAt !== undefined) {
        events.publish({
          type: 'invite.refused',
          reason: 'somebody tried to use an invite that was used already',
          facts: { invite: invite.id }
        })
        throw new InviteUsed()
      }
      if (invites.isOver(invite)) throw new InviteExpired()
    },

    /** @throws PeerNameTaken, SelfJoin, AlreadyJoined, InviteOtherName, BadRequest, InsecureTransport */
    placed(applicant: Applicant, invite: Invite) {
      const name = nameOf('name', applicant.name)
      const url = urlOf('url', applicant.url, self.dialPolicy())
      const { expectedName: expected, replaces } = invite
      const { node_id: nodeId, reach } = applicant.kind === 'sealed' ? applicant : {}
      const found = placeOf(
        { name, nodeId, url, reach, expected, replaces },
        { self: { name: self.name(), nodeId: self.nodeId() }, members: standing(members.all(), cluster) }
      )
      // Its holder may have removed us a moment ago: whether our key is dead is asked now, and the invite is still good.
      const holder = found.kind === 'name_taken' ? members.byName(name) : undefined
      if (holder) cluster.reportFailure(holder.id, 'key_refused')
      const place = admitted(found, name)
      const transport = transportOf(url, applicant, allowInsecure)
      if (transport === undefined) throw new InsecureTransport()
      return { url, transport, place }
    },

    /** At the first of its addresses that is none of ours: two networks may have the same. @throws OwnAddress */
    async elsewhere(applicant: Applicant): Promise<Applicant> {
      const url = urlOf('url', applicant.url, self.dialPolicy())
      const isDialled = applicant.kind === 'plain' || applicant.reach === undefined
      if (!isDialled || !(await self.isOwnUrl(url))) return applicant
      const [other, ...rest] = await furtherPlaces(applicant, { self, allowInsecure })
      if (other === undefined) throw new OwnAddress('url')
      return { ...applicant, url: other, other_urls: rest }
    }
  }
}

function admitted(place: Place<Member>, name: string): Admitted {
  if (place.kind === 'new' || place.kind === 'over') return place
  throw refusalOf(place, name) ?? new PeerNameTaken(name)
}
