import { assign, enqueueActions, type SnapshotFrom, setup } from 'xstate'
import type { PeerSpec, Verdict } from '../src/schemas/health.ts'
import type {
  Hears,
  PeerCheck,
  PeerUpdated,
  ProbeAnswered,
  ProberReady,
  ProberRef,
  SignOfDeath,
  SignOfLife,
  SupervisorRef
} from './messages.ts'
import { judged, nothingSeen, recorded, restlessAfter, type Seen } from './record.ts'
import type { Rule } from './rule.ts'

export interface PeerInput {
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
  seen: Seen
}

export type PeerEvent = ProbeAnswered | ProberReady | PeerCheck | PeerUpdated | SignOfLife | SignOfDeath

const types: { input?: PeerInput; context?: PeerContext; events?: PeerEvent; tags?: 'reachable' } = {}

type Moment = { context: PeerContext; event: PeerEvent }
/** Somebody wants to know: such a question goes before those that are merely due. */
const WAITED_FOR: ReadonlySet<string> = new Set(['peer.check', 'peer.alive', 'peer.doubtful', 'peer.updated'])

const questionOf = (
  { peer, verdict, seen, startAfterMs }: PeerContext,
  waitedFor: boolean,
  from: Hears<ProbeAnswered>
) => ({
  ...{ type: 'probe.wanted' as const, peer, from, number: seen.answers },
  believed: verdict === 'online' || verdict === 'suspect',
  urgent: waitedFor || (seen.answers === 0 && startAfterMs === 0)
})

const becomes =
  (verdict: Verdict) =>
  ({ context, event }: Moment) =>
    event.type === 'probe.answered' && event.number === context.seen.answers && judged(context, event) === verdict

const refusesKey = {
  guard: 'keyRefused',
  target: 'rejected',
  description: 'It refused our key several times in a row'
} as const
const isNoAgent = {
  guard: 'notAnAgent',
  target: 'incompatible',
  description: 'What answers is no agent, several times in a row'
} as const
const staysSilent = { guard: 'failedOften', target: 'offline', description: 'It failed too often in a row' } as const
const isBack = { guard: 'answeredAgain', target: 'online', description: 'It answered often enough in a row' } as const
const isUp = { guard: 'answered', target: 'online', description: 'It answered' } as const

/**
 * One remote node, as seen from here. Two regions run side by side: `probe` asks again and again, `health` is the
 * verdict, so that a verdict stands while the peer is asked anew. It knows no address but its peer's, and no secret.
 */
export const peerMachine = setup({
  types,
  actions: {
    ask: enqueueActions(({ context, enqueue, event, self, system }) => {
      const prober: ProberRef | undefined = system.get('prober')
      // Without a prober nothing is lost: a new one says that it is ready, and whoever waits asks again.
      if (prober) enqueue.sendTo(prober, questionOf(context, WAITED_FOR.has(event.type), self))
    }),
    record: assign(({ context, event }) => (event.type === 'probe.answered' ? { seen: recorded(context, event) } : {})),
    remember: assign(({ event }) => (event.type === 'peer.updated' ? { peer: event.peer } : {})),
    startOver: assign(({ context }) => ({ seen: nothingSeen(context.peer) })),
    announce: enqueueActions(({ context, enqueue, event, system }, { verdict }: { verdict: Verdict }) => {
      const { peer, verdict: from } = context
      if (from === verdict) return
      const wall = 'wall' in event ? event.wall : context.since
      const supervisor: SupervisorRef | undefined = system.get('supervisor')
      if (supervisor) enqueue.sendTo(supervisor, { type: 'peer.judged', id: peer.id, from, to: verdict, wall })
      enqueue.assign({ verdict, since: wall })
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
    notAnAgent: becomes('incompatible'),
    isRemoved: ({ context }) => context.peer.removed,
    isPending: ({ context }) => context.peer.pending,
    saysRemoved: ({ event }) => event.type === 'peer.updated' && event.peer.removed,
    nowRemoved: ({ context, event }) =>
      event.type === 'peer.updated' && event.peer.removed && context.verdict !== 'removed',
    nowPending: ({ context, event }) =>
      event.type === 'peer.updated' && !event.peer.removed && event.peer.pending && context.verdict !== 'pending',
    nowConfirmed: ({ context, event }) =>
      event.type === 'peer.updated' &&
      !event.peer.removed &&
      !event.peer.pending &&
      (context.verdict === 'pending' || context.verdict === 'removed'),
    moved: ({ context, event }) =>
      event.type === 'peer.updated' && event.peer.url !== context.peer.url && context.verdict !== 'removed',
    askedJustNow: ({ context, event }) => 'now' in event && event.now - context.seen.endedAt < context.rule.pauseMs,
    isWell: ({ context }) => context.verdict === 'online',
    alreadyDoubted: ({ context }) => context.verdict !== 'online' && context.verdict !== 'unknown',
    flappingChanges: ({ context, event }) =>
      event.type === 'probe.answered' && restlessAfter(context, event).flapping !== context.seen.flap.flapping
  },
  delays: {
    untilFirstProbe: ({ context }) => context.startAfterMs,
    untilNextProbe: ({ context }) => context.seen.waitMs,
    pause: ({ context }) => context.rule.pauseMs
  }
}).createMachine({
  id: 'peer',
  description: 'One other server as seen from this one: asked again and again, and judged by its answers.',
  context: ({ input }) => ({
    ...{ peer: input.peer, rule: input.rule, startAfterMs: input.startAfterMs },
    verdict: 'unknown',
    since: input.wall,
    seen: nothingSeen(input.peer)
  }),
  type: 'parallel',
  states: {
    probe: {
      description: 'Asks the peer again and again, one question at a time.',
      initial: 'starting',
      on: {
        'peer.updated': [
          { guard: 'saysRemoved', target: '.resting', actions: 'remember', description: 'It removed us' },
          { target: '.asking', actions: 'remember', description: 'Its facts changed: ask at once' }
        ]
      },
      states: {
        starting: {
          description: 'Not asked yet; many peers that start together take turns.',
          always: { guard: 'isRemoved', target: 'resting' },
          after: { untilFirstProbe: 'asking' },
          on: {
            'peer.check': 'asking',
            'peer.alive': 'asking'
          }
        },
        asking: {
          description: 'A question is with the prober, which always sends an answer back.',
          entry: 'ask',
          on: {
            'probe.answered': [
              { guard: 'isRemoved', target: 'resting', actions: 'record' },
              {
                guard: 'flappingChanges',
                target: 'waiting',
                actions: ['record', 'announceFlapping'],
                description: 'Its verdict changes so often that its events are held back, or no more'
              },
              { target: 'waiting', actions: 'record' }
            ],
            'prober.ready': {
              target: 'asking',
              reenter: true,
              description: 'The prober was started anew and knows nothing of the question'
            }
          }
        },
        waiting: {
          description: 'The interval, or less after a failure.',
          after: { untilNextProbe: 'asking' },
          on: {
            'peer.check': 'asking',
            'peer.alive': [
              { guard: 'isWell', description: 'Nothing new' },
              { guard: 'askedJustNow', target: 'pausing' },
              { target: 'asking', description: 'It may be back: ask at once' }
            ],
            'peer.doubtful': [
              { guard: 'alreadyDoubted', description: 'The next question is planned already' },
              { guard: 'askedJustNow', target: 'pausing' },
              { target: 'asking', description: 'It may be gone: ask at once' }
            ]
          }
        },
        pausing: {
          description: 'To be asked at once, but it was asked a moment ago.',
          after: { pause: 'asking' },
          on: { 'peer.check': 'asking' }
        },
        resting: {
          description: 'It removed us, so it is asked only by hand.',
          on: { 'peer.check': 'asking' }
        }
      }
    },
    health: {
      description: 'The verdict: what this server believes of the peer.',
      initial: 'unknown',
      on: {
        'peer.updated': [
          { guard: 'nowRemoved', target: '.removed', description: 'It told us that it removed us' },
          { guard: 'nowPending', target: '.pending', description: 'It joins anew and has not confirmed yet' },
          { guard: 'nowConfirmed', target: '.unknown', actions: 'startOver', description: 'It confirmed the join' },
          { guard: 'moved', target: '.unknown', actions: 'startOver', description: 'What was seen was another address' }
        ]
      },
      states: {
        unknown: {
          description: 'No verdict yet; requests are passed on to it meanwhile.',
          tags: 'reachable',
          entry: { type: 'announce', params: { verdict: 'unknown' } },
          always: [
            { guard: 'isRemoved', target: 'removed' },
            { guard: 'isPending', target: 'pending' }
          ],
          on: {
            'probe.answered': [isUp, refusesKey, isNoAgent, staysSilent]
          }
        },
        online: {
          description: 'It answers as an agent does, and accepts our key.',
          tags: 'reachable',
          entry: { type: 'announce', params: { verdict: 'online' } },
          on: { 'probe.answered': { guard: 'failed', target: 'suspect', description: 'Ask again quickly' } }
        },
        suspect: {
          description: 'It just failed and is asked again quickly; one success ends the suspicion.',
          tags: 'reachable',
          entry: { type: 'announce', params: { verdict: 'suspect' } },
          on: {
            'probe.answered': [isUp, refusesKey, isNoAgent, staysSilent]
          }
        },
        offline: {
          description: 'It failed too often in a row; two successes end the outage.',
          entry: { type: 'announce', params: { verdict: 'offline' } },
          on: {
            'probe.answered': [isBack, refusesKey, isNoAgent]
          }
        },
        rejected: {
          description: 'It answers and refuses our key: it may have been restored or set up anew. Join it again.',
          entry: { type: 'announce', params: { verdict: 'rejected' } },
          on: {
            'probe.answered': [isBack, isNoAgent, staysSilent]
          }
        },
        incompatible: {
          description: 'Something answers there that is no agent: look what listens at its address.',
          entry: { type: 'announce', params: { verdict: 'incompatible' } },
          on: {
            'probe.answered': [isBack, refusesKey, staysSilent]
          }
        },
        pending: {
          description: 'The other side has not confirmed the join.',
          tags: 'reachable',
          entry: { type: 'announce', params: { verdict: 'pending' } }
        },
        removed: {
          description: 'It told us that it removed us; remove it here too, or join it again.',
          entry: { type: 'announce', params: { verdict: 'removed' } }
        }
      }
    }
  }
})

export type PeerSnapshot = SnapshotFrom<typeof peerMachine>
