import { AnswerRefused, InsecureTransport } from '../../errors/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { specOf } from '../peers/peer-view.ts'
import { nameOf, type Self } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import { type Place, placeOf, refusalOf, twinEvent } from './claim.ts'
import type { Answer } from './exchange-client.ts'
import { memberOf } from './member-record.ts'
import { standing } from './standing.ts'

export interface KeepOptions {
  store: Pick<Store, 'members' | 'vault' | 'revoke'>
  self: Self
  cluster: Pick<Cluster, 'joined' | 'peer'>
  events: EventLog
  allowInsecure: AllowInsecure
  now: () => number
}

/** What an inviter answered, and to what. */
interface Answered {
  attempt: JoinAttempt
  key: string
  /** The name that the token tells. */
  expected: string | undefined
  url: string
  answer: Answer
}

/**
 * The inviter becomes a member of this server, or stays the member that it is. Decides and stores without anything in
 * between, within `invites.inTurn`: no other join can take the place meanwhile.
 */
export function createKeep({ store, self, cluster, events, allowInsecure, now }: KeepOptions) {
  const { members, vault } = store

  return async function keep(answered: Answered): Promise<Member> {
    const { attempt, key, url, answer } = answered
    const place = placed(answered)
    if (place.kind === 'kept') return place.member
    const transport = transportOf(url, answer, allowInsecure)
    if (transport === undefined) throw new InsecureTransport()
    const over = place.kind === 'over' ? place.member : undefined
    const member = memberOf({
      ...{ vault, members: members.all(), over, other: answer, url, transport, state: 'active', key },
      // A join that crossed ours came by an invite of this server, which may have said what it allows.
      grants: over?.state === 'pending' ? over.grants : DEFAULT_GRANTS,
      at: new Date(now()).toISOString(),
      came: {
        exchangeId: attempt.id,
        ...(attempt.introductions !== undefined && { introductions: attempt.introductions }),
        ...(attempt.reach && { reachBack: attempt.reach })
      }
    })
    await members.put(member)
    if (over) store.revoke(digests(over))
    cluster.joined(specOf(member))
    const { id, name } = member
    events.publish({ type: 'peer.joined', peer: name, peer_id: id, reason: reasonOf(attempt) })
    if (place.kind === 'new' && place.twin) events.publish(twinEvent(member, place.twin))
    return member
  }

  function placed({ attempt, expected, url, answer }: Answered): Accepted {
    const nodeId = answer.kind === 'sealed' && answer.node_id !== '' ? answer.node_id : undefined
    const { startedAt } = attempt
    return accepted(
      placeOf(
        { name: nameGiven(answer), nodeId, url, expected, ownJoin: { startedAt, theirs: answer.joins } },
        { self: { name: self.name(), nodeId: self.nodeId() }, members: standing(members.all(), cluster) }
      ),
      answer.name
    )
  }
}

const reasonOf = ({ reach }: JoinAttempt) =>
  reach
    ? 'this server accepted its invite, and keeps connections open to it, since it cannot be dialled from there'
    : 'this server accepted its invite'

type Accepted = Extract<Place<Member>, { kind: 'new' | 'over' | 'kept' }>

function accepted(place: Place<Member>, name: string): Accepted {
  if (place.kind === 'new' || place.kind === 'over' || place.kind === 'kept') return place
  if (place.kind === 'other_name')
    throw new AnswerRefused(`it calls itself "${name}", and its invite is of "${place.expected}"`)
  throw refusalOf(place, name)
}

function nameGiven({ name }: Answer): string {
  try {
    return nameOf('the name that the other server gave', name)
  } catch (error) {
    if (error instanceof BadRequest) throw new AnswerRefused(error.message)
    throw error
  }
}
