import { type AnyActorRef, assertEvent, assign, enqueueActions, sendTo, setup } from 'xstate'
import type { PeerSpec, Verdict } from '../../src/schemas/health.ts'
import type { Opinions } from '../../src/schemas/opinions/opinion.ts'
import type {
  ContactReported,
  FailureReported,
  Hears,
  OpinionsHeard,
  PeerCheck,
  PeerUpdated,
  ProbeAnswered,
  ProberReady,
  ProberRef,
  SupervisorRef
} from '../messages.ts'
import { flapAfter, nextVerdict, nothingObserved, type Observation, observe } from './observation.ts'
import type { Rule } from './rule.ts'

interface PeerInput {
  peer: PeerSpec
  rule: Rule
  /** How long the first question waits, so that many peers are not all asked at once. */
  startAfterMs: number
  wall: number
}

export interface PeerContext {
  peer: PeerSpec
  rule: Rule
  startAfterMs: number
  verdict: Verdict
  /** Wall time at which the verdict became what it is. */
  since: number
  seen: Observation
  /** What others said of it since it began to fail. */
  opinions: Opinions | undefined
}

type PeerEvent =
  | ProbeAnswered
  | ProberReady
  | PeerCheck
  | PeerUpdated
  | ContactReported
  | FailureReported
  | OpinionsHeard

const types: { input?: PeerInput; context?: PeerContext; events?: PeerEvent; tags?: 'reachable' } = {}

type Moment = { context: PeerContext; event: PeerEvent }
/** The prober keeps one question of each peer: a newer one takes its place. */
function questionIn(
  afterMs: number,
  { peer, seen, startAfterMs }: PeerContext,
  from: Hears<ProbeAnswered>,
  urgent = false
) {
  const first = seen.answers === 0 && startAfterMs === 0
  const { answers: number, believed, keyInDoubt } = seen
  return { type: 'probe.wanted' as const, peer, from, number, believed, keyInDoubt, afterMs, urgent: urgent || first }
}

/**
 * To whom questions go. Without a prober nothing is lost, since a new one says that it is ready and every peer asks
 * again; until then the peer talks to itself, which it does not understand.
 */
const prober = ({
  self,
  system
}: {
  self: AnyActorRef
  system: { get(id: string): ProberRef | undefined }
}): ProberRef => system.get('prober') ?? self

function updateOf(event: PeerEvent): PeerSpec {
  assertEvent(event, 'peer.updated')
  return event.peer
}

const becomes =
  (verdict: Verdict) =>
  ({ context, event }: Moment) => {
    assertEvent(event, 'probe.answered')
    return event.number === context.seen.answers && nextVerdict(context, event) === verdict
  }

/** The words of the peer's machine: what it knows, hears, does and decides by. Its states are in `peer.ts`. */
export const peerSetup = setup({
  types,
  actions: {
    askLater: sendTo(prober, ({ context, self }) => questionIn(context.seen.waitMs, context, self)),
    askNow: sendTo(prober, ({ context, self }) => questionIn(0, context, self, true)),
    askInAMoment: sendTo(prober, ({ context, self }) => questionIn(context.rule.pauseMs, context, self)),
    askAgain: sendTo(prober, ({ context, event, self }) =>
      questionIn(Math.max(0, 'now' in event ? context.seen.dueAt - event.now : 0), context, self)
    ),
    askNoMore: sendTo(prober, ({ context }) => ({ type: 'probe.unwanted' as const, id: context.peer.id })),
    record: assign(({ context, event }) => {
      assertEvent(event, 'probe.answered')
      return event.number === context.seen.answers ? { seen: observe(context, event) } : {}
    }),
    remember: assign(({ event }) => {
      assertEvent(event, 'peer.updated')
      return { peer: event.peer }
    }),
    doubtKey: assign(({ context, event }) => {
      assertEvent(event, 'peer.doubtful')
      return event.keyRefused ? { seen: { ...context.seen, keyInDoubt: true } } : {}
    }),
    startOver: assign(({ context }) => ({
      seen: { ...nothingObserved(context.peer, 0), answers: context.seen.answers }
    })),
    hearOpinions: assign(({ event }) => {
      assertEvent(event, 'peer.opinions')
      return { opinions: event.opinions }
    }),
    announce: enqueueActions(({ context, enqueue, event, system }, { verdict }: { verdict: Verdict }) => {
      const { peer, verdict: from } = context
      if (from === verdict) return
      const wall = 'wall' in event ? event.wall : context.since
      const supervisor: SupervisorRef | undefined = system.get('supervisor')
      if (supervisor) enqueue.sendTo(supervisor, { type: 'peer.judged', id: peer.id, from, to: verdict, wall })
      enqueue.assign({ verdict, since: wall, ...(verdict === 'online' && { opinions: undefined }) })
    }),
    announceFlapping: enqueueActions(({ context, enqueue, system }) => {
      const { peer, seen } = context
      const supervisor: SupervisorRef | undefined = system.get('supervisor')
      if (supervisor) {
        enqueue.sendTo(supervisor, { type: 'peer.flapping', id: peer.id, flapping: seen.flap.flapping })
      }
    })
  },
  guards: {
    answered: becomes('online'),
    answeredAgain: becomes('online'),
    failed: becomes('suspect'),
    failedOften: becomes('offline'),
    keyRefused: becomes('rejected'),
    clocksApart: becomes('skewed'),
    notAnAgent: becomes('incompatible'),
    isRemoved: ({ context }) => context.peer.removed,
    isPending: ({ context }) => context.peer.pending,
    saysRemoved: ({ event }) => updateOf(event).removed,
    nowRemoved: ({ context, event }) => updateOf(event).removed && context.verdict !== 'removed',
    nowPending: ({ context, event }) => {
      const { removed, pending } = updateOf(event)
      return !removed && pending && context.verdict !== 'pending'
    },
    nowConfirmed: ({ context, event }) => {
      const { removed, pending } = updateOf(event)
      return !removed && !pending && (context.verdict === 'pending' || context.verdict === 'removed')
    },
    moved: ({ context, event }) => updateOf(event).url !== context.peer.url && context.verdict !== 'removed',
    askedJustNow: ({ context, event }) => 'now' in event && event.now - context.seen.endedAt < context.rule.pauseMs,
    isWell: ({ context }) => context.verdict === 'online',
    alreadyDoubted: ({ context }) => context.verdict !== 'online' && context.verdict !== 'unknown',
    flappingChanges: ({ context, event }) => {
      assertEvent(event, 'probe.answered')
      return flapAfter(context, event).flapping !== context.seen.flap.flapping
    }
  }
})
