import type { SnapshotFrom } from 'xstate'
import { peerWords } from './peer-words.ts'
import { nothingSeen } from './record.ts'

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
export const peerMachine = peerWords.createMachine({
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
