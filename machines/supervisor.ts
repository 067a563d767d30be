import { assign, emit, enqueueActions, fromCallback, setup } from 'xstate'
import type { PeerSpec } from '../src/schemas/health.ts'
import type { Clock } from './clock.ts'
import type {
  PeerFlapping,
  PeerJudged,
  PeerUpdated,
  ProberEvent,
  ProberRef,
  ProbeUnwanted,
  SupervisorEmitted,
  SupervisorEvent
} from './messages.ts'
import { peerMachine } from './peer/peer.ts'
import type { Rule } from './peer/rule.ts'
import { afterCrash, afterMinute, FORGET_MS, NO_CRASHES, type RestartHistory, restartDelay } from './restarts.ts'

interface SupervisorInput {
  rule: Rule
  clock: Pick<Clock, 'now' | 'wall'>
}

export interface SupervisorContext extends SupervisorInput {
  /** The child specifications, kept apart from the running actors: a restart needs nothing of the crashed one. */
  members: Record<string, PeerSpec>
  restarts: Record<string, RestartHistory>
  proberCrashes: number
}

interface Named {
  id: string
}

/** First questions to many peers are spread, so that a start is no storm. */
const startSpread = (peers: number, intervalMs: number) => Math.min(intervalMs / 3, peers * 5)

const types: {
  input?: SupervisorInput
  context?: SupervisorContext
  events?: SupervisorEvent
  emitted?: SupervisorEmitted
} = {}

/** Owns the prober and one actor per member: starts, replaces and stops them, and starts a crashed one afresh. */
export const supervisorMachine = setup({
  types,
  actors: {
    peer: peerMachine,
    prober: fromCallback<ProberEvent>(() => {
      throw new Error('The supervisor was given no prober')
    })
  },
  actions: {
    startProber: enqueueActions(({ enqueue }) => {
      enqueue.stopChild('prober')
      enqueue.spawnChild('prober', { id: 'prober', systemId: 'prober' })
    }),
    askAgain: enqueueActions(({ context, enqueue, self }) => {
      const now = context.clock.now()
      const { children } = self.getSnapshot()
      for (const id of Object.keys(context.members)) {
        const peer = children[id]
        if (peer) enqueue.sendTo(peer, { type: 'prober.ready', now })
      }
    }),
    restartProberLater: enqueueActions(({ context, enqueue }, { fault }: { fault: unknown }) => {
      const crashes = context.proberCrashes + 1
      enqueue.assign({ proberCrashes: crashes })
      enqueue.stopChild('prober')
      enqueue.emit({ type: 'prober.crashed', fault })
      enqueue.raise({ type: 'prober.restart' }, { delay: restartDelay(crashes) / 10 })
    }),
    startJoined: enqueueActions(({ context, enqueue, system }, { peers }: { peers: readonly PeerSpec[] }) => {
      // Stopping first makes starting idempotent: joining again replaces the actor.
      for (const { id } of peers) if (context.members[id]) halt(enqueue, system, id)
      const spreadMs = startSpread(peers.length, context.rule.intervalMs)
      // One assign for all: each single spawn copies the map of all children.
      enqueue.assign(({ context, spawn }) => {
        const members = { ...context.members }
        const restarts = { ...context.restarts }
        for (const [index, peer] of peers.entries()) {
          members[peer.id] = peer
          restarts[peer.id] = NO_CRASHES
          spawn('peer', { id: peer.id, input: input(context, peer, (spreadMs * index) / peers.length) })
        }
        return { members, restarts }
      })
    }),
    stopLeft: enqueueActions(({ context, enqueue, system }, { id }: Named) => {
      const { [id]: _member, ...members } = context.members
      const { [id]: _history, ...restarts } = context.restarts
      halt(enqueue, system, id)
      enqueue.assign({ members, restarts })
    }),
    tellUpdated: enqueueActions(({ context, enqueue, self }, { update }: { update: PeerUpdated }) => {
      const { peer } = update
      if (!context.members[peer.id]) return
      enqueue.assign({ members: { ...context.members, [peer.id]: peer } })
      const actor = self.getSnapshot().children[peer.id]
      if (actor) enqueue.sendTo(actor, update)
    }),
    startAgain: enqueueActions(({ context, enqueue, system }, { id }: Named) => {
      const peer = context.members[id]
      if (!peer) return
      halt(enqueue, system, id)
      const before = context.restarts[id] ?? NO_CRASHES
      enqueue.assign({ restarts: { ...context.restarts, [id]: { ...before, quarantined: false } } })
      enqueue.spawnChild('peer', { id, input: input(context, peer, 0) })
    }),
    restartLater: enqueueActions(({ context, enqueue, system }, { id, fault }: Named & { fault: unknown }) => {
      const before = context.restarts[id] ?? NO_CRASHES
      const history = afterCrash(before)
      halt(enqueue, system, id)
      enqueue.assign({ restarts: { ...context.restarts, [id]: history } })
      enqueue.emit({ type: 'peer.crashed', id, fault })
      enqueue.raise({ type: 'crash.forgotten', id }, { id: `forget:${id}:${history.crashes}`, delay: FORGET_MS })
      if (history.quarantined) enqueue.emit({ type: 'peer.quarantined', id })
      else enqueue.raise({ type: 'peer.restart', id }, { id: `restart:${id}`, delay: restartDelay(history.recent) })
    }),
    forgetCrash: assign(({ context }, { id }: Named) => {
      const history = context.restarts[id]
      if (!history) return {}
      return { restarts: { ...context.restarts, [id]: afterMinute(history) } }
    }),
    report: emit((_, { change }: { change: PeerJudged | PeerFlapping }) => change)
  },
  guards: {
    isProber: (_, { actorId }: { actorId: string }) => actorId === 'prober'
  }
}).createMachine({
  id: 'supervisor',
  description: 'Keeps one actor for each peer and one that asks for all of them, and starts again what crashes.',
  context: ({ input }) => ({ ...input, members: {}, restarts: {}, proberCrashes: 0 }),
  entry: 'startProber',
  on: {
    'peers.joined': {
      actions: { type: 'startJoined', params: ({ event }) => ({ peers: event.peers }) },
      description: 'New members, or known ones with a fresh start'
    },
    'peer.left': {
      actions: { type: 'stopLeft', params: ({ event }) => ({ id: event.id }) },
      description: 'No member any more'
    },
    'peer.updated': {
      actions: { type: 'tellUpdated', params: ({ event }) => ({ update: event }) },
      description: 'Its address or standing changed'
    },
    'peer.judged': {
      actions: { type: 'report', params: ({ event }) => ({ change: event }) },
      description: 'A verdict changed'
    },
    'peer.flapping': {
      actions: { type: 'report', params: ({ event }) => ({ change: event }) },
      description: 'Its events are held back, or no more'
    },
    'peer.restart': {
      actions: { type: 'startAgain', params: ({ event }) => ({ id: event.id }) },
      description: 'The delay after a crash is over, or somebody asks for it'
    },
    'crash.forgotten': {
      actions: { type: 'forgetCrash', params: ({ event }) => ({ id: event.id }) },
      description: 'A minute went by since a crash'
    },
    'prober.restart': {
      actions: ['startProber', 'askAgain'],
      description: 'The delay after its crash is over: what it was asked is asked again'
    },
    'xstate.error.actor.*': [
      {
        guard: { type: 'isProber', params: ({ event }) => ({ actorId: event.actorId }) },
        actions: { type: 'restartProberLater', params: ({ event }) => ({ fault: event.error }) },
        description: 'Nothing is asked until it is back'
      },
      {
        actions: { type: 'restartLater', params: ({ event }) => ({ id: event.actorId, fault: event.error }) },
        description: 'Its crash stays its own; after the fifth in a minute it is left alone'
      }
    ]
  }
})

const input = ({ rule, clock }: SupervisorContext, peer: PeerSpec, startAfterMs: number) => ({
  peer,
  rule,
  startAfterMs,
  wall: clock.wall()
})

interface Halting {
  cancel(id: string): void
  stopChild(id: string): void
  sendTo(target: ProberRef, event: ProbeUnwanted): void
}

function halt(enqueue: Halting, system: { get(id: string): ProberRef | undefined }, id: string) {
  const prober = system.get('prober')
  if (prober) enqueue.sendTo(prober, { type: 'probe.unwanted', id })
  enqueue.cancel(`restart:${id}`)
  enqueue.stopChild(id)
}
