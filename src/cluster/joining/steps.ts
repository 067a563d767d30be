import type { JoinedPeer, StepFailure } from '../../../machines/joining.ts'
import { AnswerRefused, BadPeerAnswer, InsecureTransport } from '../../errors/joining.ts'
import { BadRequest, StoreFailed } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { JoinAttempt, SealedRequestContent } from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { readInvitation } from '../../security/invite-token.ts'
import { joinContext } from '../../store/contexts.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { specOf } from '../peers/peer-view.ts'
import { FEATURES, nameOf, type Self } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'
import { type Place, placeOf, refusalOf, twinEvent } from './claim.ts'
import { type Answer, presentInvite } from './exchange-client.ts'
import { memberOf } from './member-record.ts'
import { type Look, preflight, reachPlain } from './preflight.ts'
import type { Prepared } from './prepare.ts'
import { standing } from './standing.ts'

export interface StepsOptions {
  store: Pick<Store, 'members' | 'vault' | 'journal' | 'revoke'>
  self: Self
  invites: Pick<Invites, 'inTurn'>
  remote: Pick<Remote, 'exchange' | 'request' | 'deadlines'>
  cluster: Pick<Cluster, 'joined' | 'peer'>
  events: EventLog
  allowInsecure: AllowInsecure
  pins: () => readonly string[]
  now: () => number
}

/** The steps of a join that leave this process: looking first, asking and storing, confirming. */
export function createJoinSteps(options: StepsOptions) {
  const { store, self, invites, remote, cluster, events, pins, now } = options
  const { members, vault, journal } = store
  /** What inviters answered until it is stored: plain FlatRun gives its answer once. */
  const answers = new Map<string, { url: string; answer: Answer }>()

  return {
    look,
    ask,
    confirm,
    async giveUp(exchangeId: string): Promise<void> {
      answers.delete(exchangeId)
      await journal.delete(exchangeId)
    }
  }

  async function look({ attempt, invitation, key }: Prepared): Promise<Look[]> {
    const { urls } = attempt
    if (invitation.kind === 'plain') return reachPlain(remote, urls)
    const content = contentOf(attempt, { token: invitation.token, key })
    return preflight(remote, { urls, invitation, content, now })
  }

  async function ask(exchangeId: string, signal: AbortSignal): Promise<JoinedPeer> {
    const joined = members.all().find((member) => member.exchangeId === exchangeId)
    // Stopped between the two writes: it is stored, only the journal was still there.
    if (joined) return ended(exchangeId, joined)
    const attempt = journal.get(exchangeId)
    if (!attempt) throw new BadRequest('this join has ended')
    const key = vault.open(attempt.key, joinContext(exchangeId))
    const invitation = readInvitation(vault.open(attempt.token, joinContext(exchangeId)))
    const content = contentOf(attempt, { token: invitation.token, key })
    const answered =
      answers.get(exchangeId) ??
      (await askEach(attempt.urls, (url) => presentInvite(remote, { url, signal, invitation, content })))
    answers.set(exchangeId, answered)
    const expected = invitation.kind === 'sealed' ? invitation.name : undefined
    return invites.inTurn(() => keep({ attempt, key, expected, ...answered }))
  }

  /** Decides and stores without anything in between: no other join can take the place meanwhile. */
  async function keep({ attempt, key, expected, url, answer }: Answered): Promise<JoinedPeer> {
    const place = judged({ attempt, expected, url, answer })
    if (place.kind === 'kept') return ended(attempt.id, place.member)
    const transport = transportOf(url, answer, options.allowInsecure)
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
    const reason = attempt.reach
      ? 'this server accepted its invite, and keeps connections open to it, since it cannot be dialled from there'
      : 'this server accepted its invite'
    events.publish({ type: 'peer.joined', peer: name, peer_id: id, reason })
    if (place.kind === 'new' && place.twin) events.publish(twinEvent(member, place.twin))
    return ended(attempt.id, member)
  }

  function judged({ attempt, expected, url, answer }: Omit<Answered, 'key'>): Accepted {
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

  async function ended(exchangeId: string, { id, name }: Member): Promise<JoinedPeer> {
    await journal.delete(exchangeId)
    answers.delete(exchangeId)
    return { memberId: id, name }
  }

  async function confirm(memberId: string, signal: AbortSignal): Promise<void> {
    const member = members.get(memberId)
    if (!member?.features.includes('confirm')) return
    const body = { exchange_id: member.exchangeId }
    await remote.request(targetOf(member), {
      method: 'POST',
      path: '/api/cluster/confirm',
      body,
      deadlineMs: remote.deadlines.requestMs,
      maxBytes: 16_384,
      signal
    })
  }

  /** What a sealed question says of us; a plain one says the first four. */
  function contentOf(attempt: JoinAttempt, secret: { token: string; key: string }): SealedRequestContent {
    return {
      invite_token: secret.token,
      url: attempt.callbackUrl,
      api_key: secret.key,
      name: self.name(),
      exchange_id: attempt.id,
      node_id: self.nodeId(),
      features: [...FEATURES],
      pins: [...pins()],
      ...(attempt.reach && { reach: attempt.reach }),
      ...(attempt.otherUrls?.length && { other_urls: [...attempt.otherUrls] })
    }
  }
}

interface Answered {
  attempt: JoinAttempt
  key: string
  expected: string | undefined
  url: string
  answer: Answer
}

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

/** Tries one address after the other while they cannot even be reached. */
async function askEach(urls: readonly string[], present: (url: string) => Promise<Answer>) {
  let last: unknown
  for (const url of urls) {
    try {
      return { url, answer: await present(url) }
    } catch (error) {
      last = error
      if (!neverArrived(error)) throw error
    }
  }
  throw last
}

const UNREACHED: ReadonlySet<string> = new Set(['dns', 'refused', 'tls', 'address'])
const neverArrived = (error: unknown) =>
  error instanceof Error && error.cause instanceof RemoteFailure && UNREACHED.has(error.cause.class)

/** How a step failed, as the machine wants to know it. */
export function stepFailure(error: unknown): StepFailure {
  if (!(error instanceof Error)) return { code: 'internal', sentence: 'Joining failed', outcome: 'refused' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : 'internal'
  return { code, sentence: error.message, outcome: outcomeOf(error) }
}

function outcomeOf(error: Error): StepFailure['outcome'] {
  if (error instanceof StoreFailed) return 'unstored'
  // It was changed on the way, or is somebody else's: what the inviter itself did is not known.
  if (error instanceof BadPeerAnswer) return 'unknown'
  const reason = error.cause
  if (!(reason instanceof RemoteFailure)) return 'refused'
  if (UNREACHED.has(reason.class)) return 'unreached'
  return reason.status !== undefined && reason.status >= 400 && reason.status < 500 ? 'refused' : 'unknown'
}
