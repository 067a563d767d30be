import { assign, fromPromise, setup } from 'xstate'

/** Facts of one join. The token and the keys stay outside: the actors find them by the exchange id. */
interface JoinInput {
  exchangeId: string
  /** Ask again after a failure whose outcome is unknown? Plain FlatRun takes an invite once only. */
  repeatable: boolean
  /** Wall milliseconds until which asking makes sense. */
  expiresAt: number
}

export interface JoinedPeer {
  memberId: string
  name: string
}

/**
 * How a step failed. `refused`: the other side said no. `unreached`: nothing arrived there this time. `unknown`:
 * something may have arrived, and the answer was lost. `unstored`: it answered, and this side could not keep it yet.
 */
export interface StepFailure {
  code: string
  sentence: string
  outcome: 'refused' | 'unreached' | 'unknown' | 'unstored'
}

/** What the steps reject with. The caller gets the error itself; the machine reads the failure. */
export class StepFailed extends Error {
  override name = 'StepFailed'
  readonly step: StepFailure

  constructor(step: StepFailure, options?: ErrorOptions) {
    super(step.sentence, options)
    this.step = step
  }
}

const types: {
  input?: JoinInput
  context?: JoinInput & { attempts: number; peer?: JoinedPeer; failure?: StepFailure }
} = {}

const refuse = (step: string) => () => Promise.reject(new Error(`${step} is not provided`))

/**
 * The joiner's side of one join: ask and store, confirm, and again after a failure. Asking again with the same
 * exchange id is the same join, so a crash or a lost answer on either side ends in both joined or neither.
 */
export const joiningMachine = setup({
  types,
  actors: {
    ask: fromPromise<JoinedPeer, { exchangeId: string }>(refuse('ask')),
    confirm: fromPromise<void, { memberId: string }>(refuse('confirm')),
    giveUp: fromPromise<void, { exchangeId: string }>(refuse('giveUp'))
  },
  actions: {
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    recordPeer: assign((_, { peer }: { peer: JoinedPeer }) => ({ peer, failure: undefined })),
    recordFailure: assign((_, { error }: { error: unknown }) => ({ failure: failureOf(error) })),
    recordExpiry: assign({
      failure: {
        code: 'invite_expired',
        sentence: 'The invite expired before the other server answered',
        outcome: 'refused'
      }
    })
  },
  guards: {
    // Unreached the first time, nothing has happened; later, what was asked before may have.
    mayAskAgain: ({ context }, { error }: { error: unknown }) => {
      const { outcome } = failureOf(error)
      if (outcome === 'unstored') return true
      return context.repeatable && (outcome === 'unknown' || (outcome === 'unreached' && context.attempts > 1))
    },
    inviteIsOver: () => false
  },
  delays: {
    untilNextTry: ({ context }) => Math.min(1_000 * 2 ** (context.attempts - 1), 10_000)
  }
}).createMachine({
  id: 'joining',
  description: 'The joiner’s side of one join: both servers have each other at the end, or neither has.',
  context: ({ input }) => ({ ...input, attempts: 0 }),
  initial: 'asking',
  states: {
    asking: {
      description: 'Posts the exchange to the inviter, and stores what it answers.',
      entry: 'countAttempt',
      invoke: {
        src: 'ask',
        input: ({ context }) => ({ exchangeId: context.exchangeId }),
        onDone: {
          target: 'confirming',
          description: 'The inviter took us in, and we stored it',
          actions: { type: 'recordPeer', params: ({ event }) => ({ peer: event.output }) }
        },
        onError: [
          {
            guard: { type: 'mayAskAgain', params: ({ event }) => ({ error: event.error }) },
            target: 'waiting',
            description: 'The answer was lost or could not be stored, or nobody answered: it may be asked again',
            actions: { type: 'recordFailure', params: ({ event }) => ({ error: event.error }) }
          },
          {
            target: 'failing',
            description: 'The inviter refused, or asking twice is not safe',
            actions: { type: 'recordFailure', params: ({ event }) => ({ error: event.error }) }
          }
        ]
      }
    },
    waiting: {
      description: 'Waits before it asks again with the same exchange id, so that it stays one join.',
      always: {
        guard: 'inviteIsOver',
        target: 'failing',
        actions: 'recordExpiry',
        description: 'The invite expired meanwhile'
      },
      after: { untilNextTry: { target: 'asking' } }
    },
    confirming: {
      description:
        'Tells the inviter that we stored it. Any authenticated request tells it too, so a failure is no harm.',
      invoke: {
        src: 'confirm',
        input: ({ context }) => ({ memberId: context.peer?.memberId ?? '' }),
        onDone: { target: 'joined', description: 'The inviter shows us as a peer' },
        onError: { target: 'joined', description: 'The first probe will confirm' }
      }
    },
    failing: {
      description: 'Erases the journal: nothing of this join stays behind.',
      invoke: {
        src: 'giveUp',
        input: ({ context }) => ({ exchangeId: context.exchangeId }),
        onDone: { target: 'failed' },
        onError: { target: 'failed', description: 'The next start erases it' }
      }
    },
    joined: { type: 'final', description: 'Both servers have each other.' },
    failed: { type: 'final', description: 'Neither server has the other.' }
  }
})

/** Anything that is not a step's failure is a defect of ours, and asking again would only repeat it. */
function failureOf(error: unknown): StepFailure {
  if (error instanceof StepFailed) return error.step
  return {
    code: 'internal',
    sentence: 'Joining failed for a reason that is in the log of this server',
    outcome: 'refused'
  }
}
