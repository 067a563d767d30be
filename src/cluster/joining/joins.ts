import { ContactTimedOut, JoinInterrupted, PeerSilent, PreflightFailed } from '../../errors/joining.ts'
import type { AcceptReply, AcceptRequest, PreflightCheck } from '../../schemas/joining/joining.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'
import { readInvitation } from '../../security/invite-token.ts'
import { joinContext } from '../../store/contexts.ts'
import type { Invites } from '../membership/invites.ts'
import type { ReachSetting } from '../reach/way-back.ts'
import { type Look, ok } from './preflight.ts'
import { createJoinRequests, type Prepared } from './prepare.ts'
import { createRunningJoins } from './running-joins.ts'
import { createJoinSteps, type StepsOptions } from './steps.ts'

interface JoinsOptions extends Omit<StepsOptions, 'pins' | 'now'> {
  reach?: ReachSetting
  https?: boolean
  invites: Pick<Invites, 'isOurs' | 'inTurn'>
  pins?: () => readonly string[]
  now?: () => number
  onFault: (error: unknown) => void
}

type Joined = Omit<AcceptReply, 'status'>
export type Joins = ReturnType<typeof createJoins>

/** The joiner's side of joins: each has a journal entry before anything is sent, and an actor until it has ended. */
export function createJoins(options: JoinsOptions) {
  const { onFault, now = Date.now, pins = () => [], invites, reach = 'direct', https = false } = options
  const { members, vault, journal } = options.store
  const { prepare, assertFree } = createJoinRequests({ ...options, reach, https, pins, now })
  const steps = createJoinSteps({ ...options, pins, now })
  const running = createRunningJoins({ steps, now, onFault })
  const lookAt = async (prepared: Prepared) => (await steps.look(prepared)).map((check) => turned(check, reach))

  return {
    /** Joins the server that made the invite. @throws what went wrong, as an operator can act on it. */
    async accept(request: AcceptRequest): Promise<Joined> {
      const prepared = await prepare(request)
      const checks = request.skip_checks ? [] : await lookAt(prepared)
      assertPassed(checks)
      const attempt = reachedAs(prepared.attempt, checks)
      // What comes from that server before this is refused here; what comes after it is told which join it crosses.
      await invites.inTurn(async () => {
        assertFree(attempt)
        await journal.put(attempt)
      })
      const isRepeatable = prepared.invitation.kind === 'sealed'
      const { memberId } = await running.finish(attempt, isRepeatable, options.remote.deadlines.acceptMs)
      const member = members.get(memberId)
      if (!member) throw new JoinInterrupted('the other server has not answered')
      return joinedOf(member)
    },

    /** What would fail, and what to do about it; nothing is spent. Plain FlatRun cannot be asked. */
    async preflight(request: AcceptRequest): Promise<PreflightCheck[]> {
      return (await lookAt(await prepare(request))).map(({ cause: _, turns: __, ...check }) => check)
    },

    /** Goes on with the joins that a crash or a stop interrupted. */
    resume(): void {
      for (const attempt of journal.all())
        running.run(attempt, readInvitation(vault.open(attempt.token, joinContext(attempt.id))).kind === 'sealed')
    },

    /** The joins under way: never a token or a key. */
    list: running.list,
    /** For the inspector. */
    roots: running.roots,
    /** Calls back for every join that begins, before it does anything; until the returned function is called. */
    onRoot: running.onRoot,
    stop: running.stop
  }
}

/** Where connections may be opened instead, one that the inviter cannot dial is no failure. */
function turned(check: Look, reach: ReachSetting): Look {
  if (!check.turns || reach !== 'auto') return { ...check, turns: false }
  const [why = ''] = check.detail.split('. ')
  return { ...ok('reach_back', `${why}; so this server keeps connections open to it`), turns: true }
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
