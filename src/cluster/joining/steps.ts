import { randomUUID } from 'node:crypto'
import type { JoinedPeer, StepFailure } from '../../../machines/joining.ts'
import { BadPeerAnswer, BadRequest, InsecureTransport, PeerNameTaken, SelfJoin } from '../../errors.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { JoinAttempt, PreflightCheck, SealedReplyContent } from '../../schemas/joining.ts'
import { sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import { decodeInvite, type InviteContent, isSealedToken } from '../../security/invite-token.ts'
import { credentialContext, joinContext } from '../../store/contexts.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { keptOf } from '../membership/signing-keys.ts'
import { specOf } from '../peers/peer-view.ts'
import { FEATURES, nameOf, type Self } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'
import { presentInvite } from './exchange-client.ts'
import { failed, ok, preflight } from './preflight.ts'
import type { Prepared } from './prepare.ts'
import { whyUnreachable } from './reachability.ts'

export interface StepsOptions {
  store: Pick<Store, 'members' | 'vault' | 'journal' | 'revoke'>
  self: Self
  remote: Pick<Remote, 'exchange' | 'request' | 'deadlines'>
  cluster: Pick<Cluster, 'joined'>
  events: EventLog
  allowInsecure: AllowInsecure
  pins: () => readonly string[]
  now: () => number
}

/** The steps of a join that leave this process: looking first, asking and storing, confirming. */
export function createJoinSteps(options: StepsOptions) {
  const { store, self, remote, cluster, events, pins, now } = options
  const { members, vault, journal } = store

  return { look, ask, confirm }

  async function look({ attempt, invite, token, key }: Prepared): Promise<PreflightCheck[]> {
    if (!invite) {
      const [url = ''] = attempt.urls
      const why = await whyUnreachable(remote, url)
      return [
        why === undefined
          ? ok('reach', `${url} answers`)
          : failed('reach', `Failed to contact peer: ${why}`, 'peer_unreachable')
      ]
    }
    const { id, callbackUrl: url, urls } = attempt
    const content = contentOf({ id, token, key, url })
    return preflight(remote, { urls, sealTo: invite.key, pins: pinsOf(invite), content, now })
  }

  async function ask(exchangeId: string, signal: AbortSignal): Promise<JoinedPeer> {
    const joined = members.all().find((member) => member.exchangeId === exchangeId)
    if (joined) {
      // Stopped between the two writes: it is stored, only the journal was still there.
      await journal.delete(exchangeId)
      return { memberId: joined.id, name: joined.name }
    }
    const attempt = journal.get(exchangeId)
    if (!attempt) throw new BadRequest('this join has ended')
    const token = vault.open(attempt.token, joinContext(exchangeId))
    const key = vault.open(attempt.key, joinContext(exchangeId))
    const invite = isSealedToken(token) ? decodeInvite(token) : undefined
    const {
      invite_token,
      url: callback,
      api_key,
      name,
      ...ours
    } = contentOf({ id: exchangeId, token, key, url: attempt.callbackUrl })
    const plain = { invite_token, url: callback, api_key, name }
    const sealTo = invite && { sealTo: invite.key }
    const { url, reply } = await askEach(attempt.urls, (url) =>
      presentInvite(remote, {
        url,
        signal,
        pins: invite ? pinsOf(invite) : [],
        content: invite ? { ...plain, ...ours } : plain,
        ...sealTo
      })
    )
    const crossed = crossedBy(attempt, reply.node_id)
    if (crossed) {
      await journal.delete(exchangeId)
      return { memberId: crossed.id, name: crossed.name }
    }
    const member = memberOf({ attempt, key, url, reply, sealed: invite !== undefined })
    const replaced = members.get(member.id)
    await members.put(member)
    if (replaced) store.revoke(digests(replaced))
    await journal.delete(exchangeId)
    cluster.joined(specOf(member))
    events.publish({
      type: 'peer.joined',
      peer: member.name,
      peer_id: member.id,
      reason: 'this server accepted its invite'
    })
    return { memberId: member.id, name: member.name }
  }

  /**
   * Two servers may accept each other's invites at the same moment. Each has then given the other two pairs of keys, and
   * both must keep the same one: that of the join which the server with the smaller id began.
   */
  function crossedBy({ startedAt }: JoinAttempt, nodeId: string): Member | undefined {
    if (nodeId === '' || self.nodeId() < nodeId) return undefined
    return members
      .all()
      .find(
        (member) =>
          member.nodeId === nodeId &&
          member.state !== 'removed' &&
          member.invite !== undefined &&
          member.credential.since >= startedAt
      )
  }

  function memberOf({
    attempt,
    key,
    url,
    reply,
    sealed
  }: {
    attempt: JoinAttempt
    key: string
    url: string
    reply: SealedReplyContent
    sealed: boolean
  }): Member {
    const name = nameOf('the name that the other server gave', reply.name)
    const known = members.byName(name)
    if (sameName(name, self.name()) || (known && known.nodeId !== reply.node_id)) throw new PeerNameTaken(name)
    if (reply.node_id !== '' && reply.node_id === self.nodeId()) throw new SelfJoin()
    const { features, pins } = reply
    const transport = transportOf(url, { sealed, features, pins }, options.allowInsecure)
    if (transport === undefined) throw new InsecureTransport()
    const id = known?.id ?? randomUUID()
    return {
      id,
      number: known?.number ?? Math.max(0, ...members.all().map(({ number }) => number)) + 1,
      name,
      url,
      state: 'active',
      joinedAt: new Date(now()).toISOString(),
      credential: { sealed: vault.seal(reply.api_key, credentialContext(id)), since: new Date(now()).toISOString() },
      keyDigest: { current: attempt.keyDigest },
      ...(features.includes('signed-requests') && { signing: keptOf(vault, id, key).signing }),
      grants: [...DEFAULT_GRANTS],
      features: [...features],
      transport,
      pins: [...pins],
      exchangeId: attempt.id,
      ...(reply.node_id !== '' && { nodeId: reply.node_id })
    }
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

  /** What a sealed question says of us. */
  function contentOf(join: { id: string; token: string; key: string; url: string }) {
    return {
      invite_token: join.token,
      url: join.url,
      api_key: join.key,
      name: self.name(),
      exchange_id: join.id,
      node_id: self.nodeId(),
      features: [...FEATURES],
      pins: [...pins()]
    }
  }
}

const pinsOf = (invite: InviteContent) => (invite.pin === undefined ? [] : [invite.pin])

/** Tries one address after the other while they cannot even be reached. */
async function askEach(urls: readonly string[], present: (url: string) => Promise<SealedReplyContent>) {
  let last: unknown
  for (const url of urls) {
    try {
      return { url, reply: await present(url) }
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
  // It was changed on the way, or is somebody else's: what the inviter itself did is not known.
  if (error instanceof BadPeerAnswer) return 'unknown'
  const reason = error.cause
  if (!(reason instanceof RemoteFailure)) return 'refused'
  if (UNREACHED.has(reason.class)) return 'unreached'
  return reason.status !== undefined && reason.status >= 400 && reason.status < 500 ? 'refused' : 'unknown'
}
