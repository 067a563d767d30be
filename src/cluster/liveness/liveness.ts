import type { AnyActorRef } from 'xstate'
import type { Clock } from '../../../machines/clock.ts'
import type { SupervisorEmitted } from '../../../machines/messages.ts'
import type { SupervisorContext } from '../../../machines/supervisor.ts'
import { systemClock } from '../../clock.ts'
import { PeerUnknown } from '../../errors/members.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { FailureClass, PeerAnswered, PeerHealth, PeerSpec, ProbeAnswer, Verdict } from '../../schemas/health.ts'
import type { Opinions } from '../../schemas/opinions/opinion.ts'
import { type ActorsOptions, createSupervisor } from './actors.ts'
import { createAwaitedChecks } from './awaited-checks.ts'
import { createListeners } from './listeners.ts'
import { createReporter } from './reporter.ts'
import { createViews, type Views } from './views.ts'

export interface ClusterOptions extends ActorsOptions {
  events: EventLog
  clock?: Clock
  /** Bugs that were contained, for the log. */
  onFault?: (fault: unknown) => void
}

export interface Supervision {
  /** Peers that are being watched. */
  actors: number
  /** Crashes of their actors, and of the one that asks, since the start. */
  crashes: number
  proberCrashes: number
  /** Names of the peers that are left alone. */
  quarantined: readonly string[]
}

/** The running cluster: the only holder of actors. It knows no store and no HTTP. */
export function createCluster(options: ClusterOptions) {
  const { clock = systemClock, onFault = () => {} } = options
  const asked = createListeners<[peer: PeerAnswered, answer: ProbeAnswer]>(onFault)
  const changed = createListeners<[peer: PeerHealth, from?: Verdict | undefined]>(onFault)
  const gone = createListeners<[id: string]>(onFault)
  const checks = createAwaitedChecks()

  const supervisor = createSupervisor(options, {
    clock,
    onAnswer: (spec, answer) => {
      const answered = views.answered(spec)
      if (answered) asked.tell(answered, answer)
      const health = checks.has(spec.id) && views.peer(spec.id)
      if (health) checks.answer(spec.id, health)
    },
    onStall: (stalledMs) => reporter.stalled(stalledMs)
  })
  const views = createViews(supervisor, clock.wall())
  const { child, peer, peers } = views
  const reporter = createReporter({ events: options.events, peer, onFault })
  const reported = createListeners<[told: SupervisorEmitted]>(onFault)
  reported.add(reporter.report)
  // Without it XState would throw a crash that is handled already once more, out of a timer.
  supervisor.subscribe({ error: onFault })
  supervisor.on('*', (told) => {
    reported.tell(told)
    const health = 'id' in told ? peer(told.id) : undefined
    if (!health) return
    if (told.type === 'peer.crashed') checks.answer(health.id, health)
    changed.tell(health, told.type === 'peer.judged' ? told.from : undefined)
  })

  function onRescoped(health: PeerHealth, before: string): void {
    reporter.rescoped(health, before)
    changed.tell(health)
  }

  return {
    start(peers: readonly PeerSpec[] = []) {
      supervisor.start()
      if (peers.length > 0) supervisor.send({ type: 'peers.joined', peers })
    },
    stop() {
      supervisor.stop()
      checks.endAll()
    },
    /** A new member, or a known one with a fresh start. */
    joined: (spec: PeerSpec) => supervisor.send({ type: 'peers.joined', peers: [spec] }),
    /** A member's facts changed: confirmed, moved, removed by the other side. */
    updated(spec: PeerSpec) {
      if (!(spec.id in supervisor.getSnapshot().context.members)) return
      supervisor.send({ type: 'peer.updated', peer: spec, wall: clock.wall() })
    },
    left(id: string) {
      supervisor.send({ type: 'peer.left', id })
      views.forget(id)
      gone.tell(id)
      checks.end(id)
    },
    /** Asks now, and answers with how the peer is after that. Lifts a quarantine. */
    check(id: string): Promise<PeerHealth> {
      if (!supervisor.getSnapshot().context.members[id]) return Promise.reject(new PeerUnknown(id))
      const answer = checks.wait(id)
      const actor = child(id)
      if (actor) actor.send({ type: 'peer.check' })
      else supervisor.send({ type: 'peer.restart', id })
      return answer
    },
    ...createReports({ views, clock, onRescoped }),
    peer,
    peers,
    /** Calls back when a verdict changed (then with the one before), its scope did, or an actor crashed; until the returned function is called. */
    onChange: changed.add,
    /** Calls back when a peer is no member any more. */
    onLeft: gone.add,
    /** Calls back after every probe. */
    onAnswer: asked.add,
    supervision: (): Supervision => supervisionOf(supervisor.getSnapshot().context, peers()),
    /** For the inspector. */
    roots: (): AnyActorRef[] => [supervisor]
  }
}

interface ReportsOptions {
  views: Pick<Views, 'child' | 'peer'>
  clock: Clock
  onRescoped: (health: PeerHealth, before: string) => void
}

/** What is learnt of a peer otherwise than by asking it. */
function createReports({ views: { child, peer }, clock, onRescoped }: ReportsOptions) {
  return {
    /** It called us with its key. */
    reportContact: (id: string) => child(id)?.send({ type: 'peer.alive', now: clock.now() }),
    /** A request to it failed in that way, or it closed a kept connection. */
    reportFailure: (id: string, failed?: FailureClass) =>
      child(id)?.send({ type: 'peer.doubtful', now: clock.now(), keyRefused: failed === 'key_refused' }),
    /** Other members were asked about it. Their opinions are a label, and do not change the verdict. */
    reportOpinions(id: string, opinions: Opinions) {
      const before = peer(id)?.opinions?.scope
      child(id)?.send({ type: 'peer.opinions', opinions })
      const health = peer(id)
      if (health?.opinions && before && health.opinions.scope !== before) onRescoped(health, before)
    }
  }
}

/** What the supervisor has to do. */
function supervisionOf({ restarts, proberCrashes }: SupervisorContext, peers: readonly PeerHealth[]): Supervision {
  const all = Object.values(restarts)
  return {
    actors: all.filter(({ quarantined }) => !quarantined).length,
    crashes: all.reduce((sum, { crashes }) => sum + crashes, 0),
    proberCrashes,
    quarantined: peers.flatMap(({ name, verdict }) => (verdict === 'quarantined' ? [name] : []))
  }
}

export type Cluster = ReturnType<typeof createCluster>
