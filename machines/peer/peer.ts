import type { SnapshotFrom } from 'xstate'
import { nothingObserved } from './observation.ts'
import { peerSetup } from './setup.ts'

const refusesKey = {
  guard: 'keyRefused',
  target: 'rejected',
  description: 'It refused our key several times in a row'
} as const
const hasOtherClock = {
  guard: 'clocksApart',
  target: 'skewed',
  description: 'It refused our requests for their time, several times in a row'
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
export const peerMachine = peerSetup.createMachine({
  id: 'peer',
  description: 'One other server as seen from this one: asked again and again, and judged by its answers.',
  context: ({ input }) => ({
    peer: input.peer,
    rule: input.rule,
    startAfterMs: input.startAfterMs,
    verdict: 'unknown',
    since: input.wall,
    seen: nothingObserved(input.peer, input.startAfterMs),
    opinions: undefined
  }),
  type: 'parallel',
  on: {
    'peer.opinions': { actions: 'hearOpinions', description: 'Other members were asked about it' }
  },
  states: {
    probe: {
      description: 'Asks the peer again and again, one question at a time.',
      initial: 'starting',
      on: {
        'peer.updated': [
          { guard: 'saysRemoved', target: '.resting', actions: 'remember', description: 'It removed us' },
          { target: '.watching', actions: ['remember', 'askNow'], description: 'Its facts changed: ask at once' }
        ]
      },
      states: {
        starting: {
          description: 'Left at once.',
          always: [
            { guard: 'isRemoved', target: 'resting', description: 'It removed us before' },
            { target: 'watching', actions: 'askLater', description: 'Many peers that start together take turns' }
          ]
        },
        watching: {
          description: 'A question is with the prober, which asks when its time has come, and always sends an answer.',
          on: {
            'probe.answered': [
              { guard: 'isRemoved', target: 'resting', actions: 'record', description: 'Asked by hand' },
              {
                guard: 'flappingChanges',
                actions: ['record', 'announceFlapping', 'askLater'],
                description: 'Its verdict changes so often that its events are held back, or no more'
              },
              { actions: ['record', 'askLater'], description: 'Ask again after the interval, sooner after a failure' }
            ],
            'peer.check': { actions: 'askNow', description: 'Somebody wants to know' },
            'peer.alive': [
              { guard: 'isWell', description: 'Nothing new' },
              { guard: 'askedJustNow', actions: 'askInAMoment', description: 'It was asked a moment ago' },
              { actions: 'askNow', description: 'It may be back' }
            ],
            'peer.doubtful': [
              { guard: 'alreadyDoubted', description: 'The next question is planned already' },
              {
                guard: 'askedJustNow',
                actions: ['doubtKey', 'askInAMoment'],
                description: 'It was asked a moment ago'
              },
              { actions: ['doubtKey', 'askNow'], description: 'It may be gone, or refuse our key' }
            ],
            'prober.ready': { actions: 'askAgain', description: 'A new prober knows nothing of the question' }
          }
        },
        resting: {
          description: 'It removed us, so it is asked only by hand.',
          entry: 'askNoMore',
          on: { 'peer.check': { target: 'watching', actions: 'askNow', description: 'Somebody wants to know' } }
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
            'probe.answered': [isUp, refusesKey, hasOtherClock, isNoAgent, staysSilent]
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
            'probe.answered': [isUp, refusesKey, hasOtherClock, isNoAgent, staysSilent]
          }
        },
        offline: {
          description: 'It failed too often in a row; two successes end the outage.',
          entry: { type: 'announce', params: { verdict: 'offline' } },
          on: {
            'probe.answered': [isBack, refusesKey, hasOtherClock, isNoAgent]
          }
        },
        rejected: {
          description: 'It answers and refuses our key: it may have been restored or set up anew. Join it again.',
          entry: { type: 'announce', params: { verdict: 'rejected' } },
          on: {
            'probe.answered': [isBack, hasOtherClock, isNoAgent, staysSilent]
          }
        },
        skewed: {
          description: 'Its clock and ours are too far apart for signed requests: set both by NTP.',
          entry: { type: 'announce', params: { verdict: 'skewed' } },
          on: {
            'probe.answered': [isUp, refusesKey, isNoAgent, staysSilent]
          }
        },
        incompatible: {
          description: 'Wrong service: no agent at this address; look what listens there.',
          entry: { type: 'announce', params: { verdict: 'incompatible' } },
          on: {
            'probe.answered': [isBack, refusesKey, hasOtherClock, staysSilent]
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
