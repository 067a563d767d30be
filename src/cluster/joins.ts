import { randomUUID } from 'node:crypto'
import { type ActorRefFrom, createActor, fromPromise, waitFor } from 'xstate'
import { type JoinedPeer, joiningMachine, StepFailed, type StepFailure } from '../../machines/joining.ts'
import {
  BadPeerAnswer,
  BadRequest,
  InsecureTransport,
  JoinInterrupted,
  NoCallbackUrl,
  PeerNameTaken,
  PreflightFailed,
  SelfJoin
} from '../errors.ts'
import type { Remote } from '../remote/client.ts'
import { RemoteFailure } from '../remote/failure.ts'
import type { EventLog } from '../schemas/event.ts'
import { DEFAULT_GRANTS } from '../schemas/grant.ts'
import type { AcceptRequest, JoinAttempt, PreflightCheck, SealedReplyContent } from '../schemas/joining.ts'
import { sameName } from '../schemas/names.ts'
import type { Member } from '../schemas/peer.ts'
import { BadToken, decodeInvite, type InviteContent, isSealedToken } from '../security/invite-token.ts'
import { digest, randomToken } from '../security/tokens.ts'
import type { Collection } from '../store/collection.ts'
import { credentialContext, joinContext } from '../store/contexts.ts'
import type { Store } from '../store/store.ts'
import type { Cluster } from './cluster.ts'
import type { Invites } from './invites.ts'
import { presentInvite } from './join-client.ts'
import { keptOf } from './keys.ts'
import { specOf } from './peers.ts'
import { failed, ok, preflight } from './preflight.ts'
import { whyUnreachable } from './reach.ts'
import { FEATURES, nameOf, type Self, urlOf } from './self.ts'
import { targetOf, transportOf } from './transport.ts'

interface JoinsOptions {
  store: Pick<Store, 'members' | 'vault'>
  journal: Collection<JoinAttempt>
  self: Self
  invites: Pick<Invites, 'isOurs'>
  remote: Pick<Remote, 'exchange' | 'request'>
  cluster: Pick<Cluster, 'joined'>
  events: EventLog
  allowInsecure: 'private' | 'always' | 'never'
  pins?: () => readonly string[]
  now?: () => number
  onError: (error: unknown) => void
}

type JoinActor = ActorRefFrom<typeof joiningMachine>
export type Joins = ReturnType<typeof createJoins>

/** A plain invite tells no expiry; FlatRun's last an hour. */
const PLAIN_LIFE_MS = 3_600_000
/** An accept is answered within this time; the join itself goes on. */
const ANSWER_WITHIN_MS = 12_000

/** The joiner's side of joins: each has a journal entry before anything is sent, and an actor until it has ended. */
export function createJoins(options: JoinsOptions) {
  const { store, journal, self, invites, remote, cluster, events, onError, now = Date.now, pins = () => [] } = options
  const { members, vault } = store
  const actors = new Map<string, JoinActor>()
  const listeners = new Set<(actor: JoinActor) => void>()
  /** The error behind an actor's failure, for the caller who waits. */
  const causes = new Map<string, unknown>()

  const machine = joiningMachine.provide({
    actors: {
      ask: fromPromise<JoinedPeer, { exchangeId: string }>(({ input, signal }) =>
        step(input.exchangeId, () => ask(input.exchangeId, signal))
      ),
      confirm: fromPromise<void, { memberId: string }>(({ input, signal }) => confirm(input.memberId, signal)),
      giveUp: fromPromise<void, { exchangeId: string }>(
        async ({ input }) => void (await journal.delete(input.exchangeId))
      )
    }
  })

  async function step<T>(exchangeId: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (cause) {
      causes.set(exchangeId, cause)
      throw new StepFailed(stepFailure(cause), { cause })
    }
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
    const member = memberOf({ attempt, key, url, reply, sealed: invite !== undefined })
    await members.put(member)
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
      ...(reply.features.includes('signed-requests') && { signing: keptOf(vault, id, key).signing }),
      grants: [...DEFAULT_GRANTS],
      features: [...reply.features],
      transport:
        transportOf(url, { sealed, features: reply.features, pins: reply.pins }, options.allowInsecure) ?? 'insecure',
      pins: [...reply.pins],
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
      deadlineMs: 5_000,
      maxBytes: 16_384,
      signal
    })
  }

  function run(attempt: JoinAttempt, repeatable: boolean): JoinActor {
    const input = { exchangeId: attempt.id, repeatable, expiresAt: Date.parse(attempt.expiresAt) }
    const actor = createActor(machine, { id: attempt.id, input })
    actors.set(attempt.id, actor)
    actor.subscribe({ complete: () => actors.delete(attempt.id), error: onError })
    for (const listener of listeners) listener(actor)
    return actor.start()
  }

  return {
    /** Joins the server that made the invite. @throws what went wrong, as an operator can act on it. */
    async accept(request: AcceptRequest): Promise<{ peer_name: string; peer_url: string; transport: string }> {
      const prepared = prepare(request)
      const { attempt, repeatable } = prepared
      if (!request.skip_checks) assertPassed(await look(prepared))
      await journal.put(attempt)
      const actor = run(attempt, repeatable)
      const settled = await waitFor(
        actor,
        (snapshot) => snapshot.status !== 'active' || snapshot.matches('confirming'),
        { timeout: ANSWER_WITHIN_MS }
      ).catch(() => undefined)
      const cause = causes.get(attempt.id)
      causes.delete(attempt.id)
      const peer = settled?.context.peer
      const member = peer && members.get(peer.memberId)
      if (member) return { peer_name: member.name, peer_url: member.url, transport: member.transport }
      if (settled === undefined) throw new JoinInterrupted({ cause })
      throw cause ?? new JoinInterrupted()
    },

    /** What would fail, and what to do about it; nothing is spent. Plain FlatRun cannot be asked. */
    async preflight(request: AcceptRequest): Promise<PreflightCheck[]> {
      return look(prepare(request))
    },

    /** Goes on with the joins that a crash or a stop interrupted. */
    resume(): void {
      for (const attempt of journal.all())
        run(attempt, isSealedToken(vault.open(attempt.token, joinContext(attempt.id))))
    },

    /** The joins under way: never a token or a key. */
    list: () =>
      [...actors.entries()].map(([id, actor]) => {
        const { value, context } = actor.getSnapshot()
        return {
          id,
          state: String(value),
          attempts: context.attempts,
          expires_at: new Date(context.expiresAt).toISOString(),
          ...(context.failure && { error: context.failure.sentence, code: context.failure.code })
        }
      }),

    /** For the inspector. */
    roots: () => [...actors.values()],
    /** Calls back for every join that begins, before it does anything; until the returned function is called. */
    onRoot(listener: (actor: JoinActor) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    stop(): void {
      for (const actor of actors.values()) actor.stop()
      actors.clear()
    }
  }

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

  function prepare(request: AcceptRequest): Prepared {
    self.assertEnabled()
    if (invites.isOurs(request.invite_token)) throw new SelfJoin()
    const invite = read(request.invite_token)
    const policy = self.dialPolicy()
    const urls = urlsOf(request, invite).map((url) => urlOf('peer_url', url, policy))
    const callback = request.callback_url ?? self.advertiseUrl()
    if (!callback) throw new NoCallbackUrl()
    if (!invite && urls.some((url) => transportOf(url, { sealed: false }, options.allowInsecure) === undefined))
      throw new InsecureTransport()
    if (invite && (sameName(invite.name, self.name()) || isOther(members.byName(invite.name))))
      throw new PeerNameTaken(invite.name)

    const id = randomUUID()
    const key = randomToken()
    const startedAt = now()
    const attempt = {
      id,
      startedAt: new Date(startedAt).toISOString(),
      expiresAt: new Date(invite ? invite.exp * 1_000 : startedAt + PLAIN_LIFE_MS).toISOString(),
      urls,
      callbackUrl: urlOf('callback_url', callback, policy),
      token: vault.seal(request.invite_token, joinContext(id)),
      key: vault.seal(key, joinContext(id)),
      keyDigest: digest(key)
    }
    return { attempt, invite, key, token: request.invite_token, repeatable: invite !== undefined }
  }
}

interface Prepared {
  attempt: JoinAttempt
  invite: InviteContent | undefined
  token: string
  key: string
  repeatable: boolean
}

/** Only what the exchange itself would not tell: it checks the rest again, and refuses in its own words. */
function assertPassed(checks: readonly PreflightCheck[]): void {
  const broken = checks.find(({ ok, name }) => !ok && (name === 'reach_back' || name === 'clock' || name === 'version'))
  if (broken) throw new PreflightFailed(broken.detail)
}

const pinsOf = (invite: InviteContent) => (invite.pin === undefined ? [] : [invite.pin])

/** A name is taken only by a member whose keys work: a removed one may join again. */
const isOther = (member: Member | undefined) => member !== undefined && member.state === 'active'

function read(token: string): InviteContent | undefined {
  if (!isSealedToken(token)) return undefined
  try {
    return decodeInvite(token)
  } catch (error) {
    if (error instanceof BadToken) throw new BadRequest(`invite_token: ${error.message}`)
    throw error
  }
}

function urlsOf({ peer_url }: AcceptRequest, invite: InviteContent | undefined): string[] {
  if (peer_url !== undefined) return [peer_url]
  if (invite) return invite.urls
  throw new BadRequest('peer_url: is required with this token; only a token that begins with frc1. holds addresses')
}

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

function stepFailure(error: unknown): StepFailure {
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
