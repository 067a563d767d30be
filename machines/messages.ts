import type { ActorRef, ErrorActorEvent, EventObject, Snapshot } from 'xstate'
import type { PeerSpec, ProbeAnswer, Verdict } from '../src/schemas/health.ts'
import type { Opinions } from '../src/schemas/opinions/opinion.ts'

/** What the actors say to each other. `now` is monotonic, `wall` is for people. */

/** Somebody to whom such messages may be sent. */
export type Hears<Message extends EventObject> = ActorRef<Snapshot<unknown>, Message>

/**
 * To the prober. `believed`: the peer counts as up, so its failure tells something about ourselves too.
 * `urgent`: somebody waits for it, so it goes before what is merely due.
 */
export type ProbeWanted = {
  type: 'probe.wanted'
  peer: PeerSpec
  /** Milliseconds until its time has come. */
  afterMs: number
  believed: boolean
  urgent: boolean
  /** Another request says that our key is refused there, so it is to be asked what needs the key. */
  keyInDoubt: boolean
  /** Comes back with the answer. */
  number: number
  from: Hears<ProbeAnswered>
}
export type ProbeUnwanted = { type: 'probe.unwanted'; id: string }
export type ProberEvent = ProbeWanted | ProbeUnwanted | { type: 'prober.failed'; fault: unknown }

/** To a peer. `chance`, 0 to 1, varies its next delay, so that the machine itself throws no dice. */
export type ProbeAnswered = {
  type: 'probe.answered'
  answer: ProbeAnswer
  /** Of the question; an answer to none that is open counts for nothing. */
  number: number
  doubted: boolean
  now: number
  wall: number
  chance: number
}
export type ProberReady = { type: 'prober.ready'; now: number }
export type PeerCheck = { type: 'peer.check' }
export type PeerUpdated = { type: 'peer.updated'; peer: PeerSpec; wall: number }
/** It called us with its key, or is known otherwise to be up: reason to ask at once. */
export type ContactReported = { type: 'peer.alive'; now: number }
/** A request to it failed, our key was refused, or it closed a kept connection: reason to ask at once. */
export type FailureReported = { type: 'peer.doubtful'; now: number; keyRefused: boolean }
/** What other members say of it. It labels a verdict and never leads to one. */
export type OpinionsHeard = { type: 'peer.opinions'; opinions: Opinions }

/** To the supervisor, by a peer. */
export type PeerJudged = {
  type: 'peer.judged'
  id: string
  from: Verdict
  to: Verdict
  wall: number
}
export type PeerFlapping = { type: 'peer.flapping'; id: string; flapping: boolean }

export type ProberRef = Hears<ProbeWanted | ProbeUnwanted>
export type SupervisorRef = Hears<PeerJudged | PeerFlapping>

/** What the supervisor is told from outside. */
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

/** What the supervisor tells those who listen. */
export type SupervisorEmitted =
  | PeerJudged
  | PeerFlapping
  | { type: 'peer.crashed'; id: string; fault: unknown }
  | { type: 'peer.quarantined'; id: string }
  | { type: 'prober.crashed'; fault: unknown }
