import { type ActorRefFrom, createActor, fromPromise, waitFor } from 'xstate'
import { type JoinedPeer, joiningMachine, StepFailed } from '../../../machines/joining.ts'
import { ContactTimedOut, JoinInterrupted, PeerSilent, PreflightFailed } from '../../errors/joining.ts'
import type { AcceptReply, AcceptRequest, JoinAttempt, PreflightCheck } from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { readInvitation } from '../../security/invite-token.ts'
import { joinContext } from '../../store/contexts.ts'
import type { Invites } from '../membership/invites.ts'
import type { ReachSetting } from '../reach/way-back.ts'
import { type Look, ok } from './preflight.ts'
import { createJoinRequests } from './prepare.ts'
import { createJoinSteps, type StepsOptions, stepFailure } from './steps.ts'

interface JoinsOptions extends Omit<StepsOptions, 'pins' | 'now'> {
  reach?: ReachSetting
  https?: boolean
  invites: Pick<Invites, 'isOurs' | 'inTurn'>
  pins?: () => readonly string[]
  now?: () => number
  onFault: (error: unknown) => void
}

type Joined = Omit<AcceptReply, 'status'>
type JoinActor = ActorRefFrom<typeof joiningMachine>
export type Joins = ReturnType<typeof createJoins>

/** The joiner's side of joins: each has a journal entry before anything is sent, and an actor until it has ended. */
export function createJoins(options: JoinsOptions) {
  const { onFault, now = Date.now, pins = () => [], invites, reach = 'direct', https = false } = options
  const { members, vault, journal } = options.store
  const { prepare, assertFree } = createJoinRequests({ ...options, reach, https, pins, now })
  const { look, ask, confirm, giveUp } = createJoinSteps({ ...options, pins, now })
  const actors = new Map<string, JoinActor>()
  const listeners = new Set<(actor: JoinActor) => void>()
  /** The errors behind failures, of joins that somebody waits for. */
  const causes = new Map<string, unknown>()

  const machine = joiningMachine.provide({
    actors: {
      ask: fromPromise<JoinedPeer, { exchangeId: string }>(({ input, signal }) =>
        step(input.exchangeId, () => ask(input.exchangeId, signal))
      ),
      confirm: fromPromise<void, { memberId: string }>(({ input, signal }) => confirm(input.memberId, signal)),
      giveUp: fromPromise<void, { exchangeId: string }>(({ input }) => giveUp(input.exchangeId))
    },
    guards: { inviteIsOver: ({ context }) => now() >= context.expiresAt }
  })

  async function step<T>(exchangeId: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (cause) {
      if (causes.has(exchangeId)) causes.set(exchangeId, cause)
      throw new StepFailed(stepFailure(cause), { cause })
    }
  }

  /** Where connections may be opened instead, one that the inviter cannot dial is no failure. */
  function turned(check: Look): Look {
    if (!check.turns || reach !== 'auto') return { ...check, turns: false }
    const [why = ''] = check.detail.split('. ')
    return { ...ok('reach_back', `${why}; so this server keeps connections open to it`), turns: true }
  }

  function run(attempt: JoinAttempt, repeatable: boolean): JoinActor {
    const input = { exchangeId: attempt.id, repeatable, expiresAt: Date.parse(attempt.expiresAt) }
    const actor = createActor(machine, { id: attempt.id, input })
    actors.set(attempt.id, actor)
    actor.subscribe({ complete: () => actors.delete(attempt.id), error: onFault })
    for (const listener of listeners) listener(actor)
    return actor.start()
  }

  return {
    /** Joins the server that made the invite. @throws what went wrong, as an operator can act on it. */
    async accept(request: AcceptRequest): Promise<Joined> {
      const prepared = await prepare(request)
      const { invitation } = prepared
      const checks = request.skip_checks ? [] : (await look(prepared)).map(turned)
      assertPassed(checks)
      const attempt = reachedAs(prepared.attempt, checks)
      // What comes from that server before this is refused here; what comes after it is told which join it crosses.
      await invites.inTurn(async () => {
        assertFree(attempt)
        await journal.put(attempt)
      })
      causes.set(attempt.id, undefined)
      const actor = run(attempt, invitation.kind === 'sealed')
      const settled = await waitFor(
        actor,
        (snapshot) => snapshot.status !== 'active' || snapshot.matches('confirming'),
        // The join itself goes on.
        { timeout: options.remote.deadlines.acceptMs }
      ).catch(() => undefined)
      const cause = causes.get(attempt.id)
      causes.delete(attempt.id)
      const peer = settled?.context.peer
      const member = peer && members.get(peer.memberId)
      if (member) return joinedOf(member)
      if (settled !== undefined && cause !== undefined) throw cause
      const { failure } = actor.getSnapshot().context
      throw new JoinInterrupted(failure?.sentence ?? 'the other server has not answered', { cause })
    },

    /** What would fail, and what to do about it; nothing is spent. Plain FlatRun cannot be asked. */
    async preflight(request: AcceptRequest): Promise<PreflightCheck[]> {
      return (await look(await prepare(request))).map(turned).map(({ cause: _, turns: __, ...check }) => check)
    },

    /** Goes on with the joins that a crash or a stop interrupted. */
    resume(): void {
      for (const attempt of journal.all())
        run(attempt, readInvitation(vault.open(attempt.token, joinContext(attempt.id))).kind === 'sealed')
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
}

const joinedOf = ({ name, url, transport, reachBack }: Member): Joined => ({
  ...{ peer_name: name, peer_url: url, transport, ...(reachBack && { reach_back: reachBack }) }
})

/** By what the inviter found: over connections of ours, or at the one of our addresses that leads here from there. */
function reachedAs(attempt: JoinAttempt, checks: readonly Look[]): JoinAttempt {
  if (checks.some(({ turns }) => turns)) return { ...attempt, reach: 'reverse' }
  const found = checks.find(({ reachedAt }) => reachedAt !== undefined)?.reachedAt
  return found !== undefined && attempt.otherUrls?.includes(found) ? { ...attempt, callbackUrl: found } : attempt
}

/** Nothing was spent yet: what is known to fail is not begun. That a name is taken, the exchange tells in its own words. */
function assertPassed(checks: readonly Look[]): void {
  const reach = checks.findLast(({ name }) => name === 'reach')
  if (reach && !reach.ok) throw errorOf(reach)
  const broken = checks.find(({ ok, name }) => !ok && (name === 'reach_back' || name === 'clock' || name === 'version'))
  if (broken) throw new PreflightFailed(broken.detail)
}

const errorOf = ({ cause }: Look) => (cause instanceof ContactTimedOut ? new PeerSilent({ cause }) : cause)
