import { type ActorRefFrom, createActor, fromPromise, waitFor } from 'xstate'
import { type JoinedPeer, joiningMachine, StepFailed } from '../../../machines/joining.ts'
import { JoinInterrupted } from '../../errors/joining.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import { stepFailure } from './step-failure.ts'
import type { JoinSteps } from './steps.ts'

interface RunningOptions {
  steps: Pick<JoinSteps, 'ask' | 'confirm' | 'giveUp'>
  now: () => number
  onFault: (error: unknown) => void
}

type JoinActor = ActorRefFrom<typeof joiningMachine>

/** The joins under way, each an actor until it has ended. */
export function createRunningJoins({ steps, now, onFault }: RunningOptions) {
  const actors = new Map<string, JoinActor>()
  const listeners = new Set<(actor: JoinActor) => void>()
  /** The errors behind failures, of joins that somebody waits for. */
  const causes = new Map<string, unknown>()

  const machine = machineOf({ steps, now, failed })

  function failed(exchangeId: string, cause: unknown): never {
    if (causes.has(exchangeId)) causes.set(exchangeId, cause)
    throw new StepFailed(stepFailure(cause), { cause })
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
    run,

    /** Runs one until its peer is stored. When the time is over the join itself goes on. @throws what it failed of */
    async finish(attempt: JoinAttempt, repeatable: boolean, longestMs: number): Promise<JoinedPeer> {
      causes.set(attempt.id, undefined)
      const actor = run(attempt, repeatable)
      const settled = await waitFor(
        actor,
        (snapshot) => snapshot.status !== 'active' || snapshot.matches('confirming'),
        { timeout: longestMs }
      ).catch(() => undefined)
      const cause = causes.get(attempt.id)
      causes.delete(attempt.id)
      if (settled?.context.peer) return settled.context.peer
      if (settled !== undefined && cause !== undefined) throw cause
      const { failure } = actor.getSnapshot().context
      throw new JoinInterrupted(failure?.sentence ?? 'the other server has not answered', { cause })
    },

    list: () => [...actors].map(([id, actor]) => viewOf(id, actor)),
    roots: () => [...actors.values()],
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

interface Providing extends Pick<RunningOptions, 'steps' | 'now'> {
  failed: (exchangeId: string, cause: unknown) => never
}

const machineOf = ({ steps, now, failed }: Providing) =>
  joiningMachine.provide({
    actors: {
      ask: fromPromise<JoinedPeer, { exchangeId: string }>(({ input: { exchangeId }, signal }) =>
        steps.ask(exchangeId, signal).catch((cause: unknown) => failed(exchangeId, cause))
      ),
      confirm: fromPromise<void, { memberId: string }>(({ input, signal }) => steps.confirm(input.memberId, signal)),
      giveUp: fromPromise<void, { exchangeId: string }>(({ input }) => steps.giveUp(input.exchangeId))
    },
    guards: { inviteIsOver: ({ context }) => now() >= context.expiresAt }
  })

function viewOf(id: string, actor: JoinActor) {
  const { value, context } = actor.getSnapshot()
  return {
    id,
    state: String(value),
    attempts: context.attempts,
    expires_at: new Date(context.expiresAt).toISOString(),
    ...(context.failure && { error: context.failure.sentence, code: context.failure.code })
  }
}
