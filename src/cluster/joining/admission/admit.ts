import type { EventLog } from '../../../schemas/event.ts'
import { DEFAULT_GRANTS, type Grant } from '../../../schemas/grant.ts'
import type { Invite } from '../../../schemas/joining/invite.ts'
import type { Member } from '../../../schemas/peer.ts'
import { digest, randomToken } from '../../../security/tokens.ts'
import { digests } from '../../../store/members.ts'
import type { Store } from '../../../store/store.ts'
import type { Cluster } from '../../liveness/liveness.ts'
import type { Invites } from '../../membership/invites.ts'
import { specOf } from '../../peers/peer-view.ts'
import { twinEvent } from '../claim.ts'
import { memberOf } from '../member-record.ts'
import type { Admitted, Applicant, Applicants } from './applicant.ts'

interface AdmitOptions {
  store: Pick<Store, 'members' | 'vault' | 'revoke'>
  invites: Pick<Invites, 'spend'>
  cluster: Pick<Cluster, 'joined'>
  events: EventLog
  now: () => number
}

/** Takes a server in. One write does both: the stored member names the invite that it spent. Within `invites.inTurn`. */
export function createAdmit({ store, invites, cluster, events, now }: AdmitOptions, applicants: Applicants) {
  const { members, vault } = store

  /** @throws what `applicants` does; the invite then stays as it was. */
  return async function admit(applicant: Applicant): Promise<string> {
    const invite = applicants.inviteOf(applicant)
    const spender = members.bySpentInvite(invite.digest)
    const asked = spender && askedBefore(spender, applicant)
    if (asked) return asked
    applicants.assertUsable(invite, spender)
    const { url, transport, place } = applicants.placed(applicant, invite)

    const key = applicant.join?.key ?? randomToken()
    const over = place.kind === 'over' ? place.member : undefined
    const member = memberOf({
      ...{ vault, members: members.all(), over, other: applicant, url, transport, state: 'pending', key },
      grants: grantsOf(invite, over),
      at: new Date(now()).toISOString(),
      came: cameBy(invite, applicant)
    })
    await members.put(member)
    if (over) store.revoke(digests(over).filter((old) => old !== member.keyDigest.current))
    // Its record says it already: a disk that is full now spends nothing twice.
    await invites.spend(invite, member.id).catch(() => {})
    cluster.joined(specOf(member))
    announce(member, invite, place)
    return key
  }

  function announce({ name, id }: Member, invite: Invite, place: Admitted): void {
    events.publish({ type: 'invite.spent', peer: name, peer_id: id, facts: { invite: invite.id } })
    events.publish({
      type: place.kind === 'over' && place.member.state !== 'removed' ? 'peer.rekeyed' : 'peer.joined',
      peer: name,
      peer_id: id,
      reason: 'it accepted an invite of this server'
    })
    if (place.kind === 'new' && place.twin) events.publish(twinEvent({ name, id }, place.twin))
  }
}

/** What a server that had left was allowed counts no more: whose id it was is no secret. */
const grantsOf = ({ grants }: Invite, over: Member | undefined): readonly Grant[] =>
  grants ?? (over?.state === 'removed' ? undefined : over?.grants) ?? DEFAULT_GRANTS

const cameBy = (invite: Invite, { join }: Applicant) => ({
  invite: invite.digest,
  ...(join && { exchangeId: join.id }),
  ...(invite.requireApproval && { awaitsApproval: true }),
  ...(invite.introduce && { introduce: true as const }),
  ...(invite.introductions !== undefined && { introductions: invite.introductions })
})

/** The same join asks again because its answer was lost. It gets the same key, and nothing changes, even if the rules did. */
function askedBefore(spender: Member, { join }: Applicant): string | undefined {
  const same = join !== undefined && spender.exchangeId === join.id && spender.state !== 'removed'
  return same && spender.keyDigest.current === digest(join.key) ? join.key : undefined
}
