import { assign, type ErrorActorEvent, enqueueActions, fromCallback, setup } from 'xstate'
import type { PeerSpec } from '../src/schemas/health.ts'
import type { Clock } from './clock.ts'
import type { PeerFlapping, PeerJudged, PeerUpdated, ProberRef, ProbeUnwanted } from './messages.ts'
import { peerMachine } from './peer/peer.ts'
import type { Rule } from './peer/rule.ts'
import type { ProberEvent } from './prober/prober.ts'

export interface SupervisorInput {
  rule: Rule
  clock: Pick<Clock, 'now' | 'wall'>
}

export interface SupervisorContext extends SupervisorInput {
  /** Who is to be watched, apart from who is being watched: a restart needs nothing from the dead. */
  members: Record<string, PeerSpec>
  care: Record<string, Care>
  proberCrashes: number
}

/** What one member's actor has cost. */
export interface Care {
  /** Crashes since it joined. */
  crashes: number
  /** Those of the last while. */
  recent: number
  quarantined: boolean
}

export type SupervisorEvent =
  | { type: 'peers.joined'; peers: readonly PeerSpec[] }
  | { type: 'peer.left'; id: string }
  | { type: 'peer.restart'; id: string }
  | { type: 'crash.forgotten'; id: string }
  | { type: 'prober.restart' }
  | PeerUpdated
  | PeerJudged
  | PeerFlapping
  | ErrorActorEvent

export type Told =
  | PeerJudged
  | PeerFlapping
  | { type: 'peer.crashed'; id: string; fault: unknown }
  | { type: 'peer.quarantined'; id: string }
  | { type: 'prober.crashed'; fault: unknown }

const CRASHES_ALLOWED = 4
const FORGET_MS = 60_000
const LONGEST_DELAY_MS = 30_000
const UNHURT: Care = { crashes: 0, recent: 0, quarantined: false }

/** Milliseconds until a crashed actor is started again, by its crashes of late. */
export const restartDelay = (recent: number) => Math.min(LONGEST_DELAY_MS, 1_000 * 2 ** (recent - 1))

/** First questions to many peers are spread, so that a start is no storm. */
export const startSpread = (peers: number, intervalMs: number) => Math.min(intervalMs / 3, peers * 5)

const types: { input?: SupervisorInput; context?: SupervisorContext; events?: SupervisorEvent; emitted?: Told } = {}

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
    restartProberLater: enqueueActions(({ context, enqueue, event }) => {
      if (!('error' in event)) return
      const crashes = context.proberCrashes + 1
      enqueue.assign({ proberCrashes: crashes })
      enqueue.stopChild('prober')
      enqueue.emit({ type: 'prober.crashed', fault: event.error })
      enqueue.raise({ type: 'prober.restart' }, { delay: restartDelay(crashes) / 10 })
    }),
    startJoined: enqueueActions(({ context, enqueue, event, system }) => {
      if (event.type !== 'peers.joined') return
      // Stopping first makes starting idempotent: joining again replaces the actor.
      for (const { id } of event.peers) if (context.members[id]) halt(enqueue, system, id)
      const spreadMs = startSpread(event.peers.length, context.rule.intervalMs)
      // One assign for all: each single spawn copies the map of all children.
      enqueue.assign(({ context, spawn }) => {
        const members = { ...context.members }
        const care = { ...context.care }
        for (const [index, peer] of event.peers.entries()) {
          members[peer.id] = peer
          care[peer.id] = UNHURT
          spawn('peer', { id: peer.id, input: input(context, peer, (spreadMs * index) / event.peers.length) })
        }
        return { members, care }
      })
    }),
    stopLeft: enqueueActions(({ context, enqueue, event, system }) => {
      if (event.type !== 'peer.left') return
      const { [event.id]: _member, ...members } = context.members
      const { [event.id]: _care, ...care } = context.care
      halt(enqueue, system, event.id)
      enqueue.assign({ members, care })
    }),
    tellUpdated: enqueueActions(({ context, enqueue, event, self }) => {
      if (event.type !== 'peer.updated' || !context.members[event.peer.id]) return
      enqueue.assign({ members: { ...context.members, [event.peer.id]: event.peer } })
      const peer = self.getSnapshot().children[event.peer.id]
      if (peer) enqueue.sendTo(peer, event)
    }),
    startAgain: enqueueActions(({ context, enqueue, event, system }) => {
      if (event.type !== 'peer.restart') return
      const { id } = event
      const peer = context.members[id]
      if (!peer) return
      halt(enqueue, system, id)
      const before = context.care[id] ?? UNHURT
      enqueue.assign({ care: { ...context.care, [id]: { ...before, quarantined: false } } })
      enqueue.spawnChild('peer', { id, input: input(context, peer, 0) })
    }),
    restartLater: enqueueActions(({ context, enqueue, event, system }) => {
      if (!('actorId' in event)) return
      const { actorId: id, error: fault } = event
      const before = context.care[id] ?? UNHURT
      const care = {
        crashes: before.crashes + 1,
        recent: before.recent + 1,
        quarantined: before.recent >= CRASHES_ALLOWED
      }
      halt(enqueue, system, id)
      enqueue.assign({ care: { ...context.care, [id]: care } })
      enqueue.emit({ type: 'peer.crashed', id, fault })
      enqueue.raise({ type: 'crash.forgotten', id }, { id: `forget:${id}:${care.crashes}`, delay: FORGET_MS })
      if (care.quarantined) enqueue.emit({ type: 'peer.quarantined', id })
      else enqueue.raise({ type: 'peer.restart', id }, { id: `restart:${id}`, delay: restartDelay(care.recent) })
    }),
    forgetCrash: assign(({ context, event }) => {
      const care = event.type === 'crash.forgotten' && context.care[event.id]
      if (event.type !== 'crash.forgotten' || !care) return {}
      return { care: { ...context.care, [event.id]: { ...care, recent: Math.max(0, care.recent - 1) } } }
    }),
    tell: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'peer.judged' || event.type === 'peer.flapping') enqueue.emit(event)
    })
  },
  guards: {
    isProber: ({ event }) => 'actorId' in event && event.actorId === 'prober'
  }
}).createMachine({
  id: 'supervisor',
  description: 'Keeps one actor for each peer and one that asks for all of them, and starts again what crashes.',
  context: ({ input }) => ({ ...input, members: {}, care: {}, proberCrashes: 0 }),
  entry: 'startProber',
  on: {
    'peers.joined': { actions: 'startJoined', description: 'New members, or known ones with a fresh start' },
    'peer.left': { actions: 'stopLeft', description: 'No member any more' },
    'peer.updated': { actions: 'tellUpdated', description: 'Its address or standing changed' },
    'peer.judged': { actions: 'tell', description: 'A verdict changed' },
    'peer.flapping': { actions: 'tell', description: 'Its events are held back, or no more' },
    'peer.restart': { actions: 'startAgain', description: 'The delay after a crash is over, or somebody asks for it' },
    'crash.forgotten': { actions: 'forgetCrash', description: 'A minute went by since a crash' },
    'prober.restart': {
      actions: ['startProber', 'askAgain'],
      description: 'The delay after its crash is over: what it was asked is asked again'
    },
    'xstate.error.actor.*': [
      { guard: 'isProber', actions: 'restartProberLater', description: 'Nothing is asked until it is back' },
      { actions: 'restartLater', description: 'Its crash stays its own; after the fifth in a minute it is left alone' }
    ]
  }
})
export type Supervisor = typeof supervisorMachine

const input = ({ rule, clock }: SupervisorContext, peer: PeerSpec, startAfterMs: number) => ({
  ...{ peer, rule, startAfterMs },
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
