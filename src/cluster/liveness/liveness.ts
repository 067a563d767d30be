import { type AnyActorRef, createActor } from 'xstate'
import type { Clock } from '../../../machines/clock.ts'
import { peerMachine } from '../../../machines/peer/peer.ts'
import { DEFAULT_RULE, type Rule } from '../../../machines/peer/rule.ts'
import type { DoubtOptions } from '../../../machines/prober/local-health.ts'
import { createProber, type ProberOptions } from '../../../machines/prober/prober.ts'
import { type RestartHistory, supervisorMachine } from '../../../machines/supervisor.ts'
import { systemClock } from '../../clock.ts'
import { PeerUnknown } from '../../errors.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { FailureClass, PeerAnswered, PeerHealth, PeerSpec, ProbeAnswer, Verdict } from '../../schemas/health.ts'
import { peerHealth, unwatchedHealth } from './peer-health.ts'
import { createReporter } from './reporter.ts'

export interface ClusterOptions {
  /** Asks one peer once. Whatever it does, it hurts nobody but its own answer. */
  probe: ProberOptions['probe']
  events: EventLog
  clock?: Clock
  random?: () => number
  rule?: Partial<Rule>
  doubt?: DoubtOptions
  /** What a probe may last. */
  probeTimeoutMs?: number
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

const NO_VIEW = { snapshot: undefined, history: undefined, health: undefined }

/** The running cluster: the only holder of actors. It knows no store and no HTTP. */
export function createCluster(options: ClusterOptions) {
  const { clock = systemClock, random = Math.random, onFault = () => {} } = options
  const rule = { ...DEFAULT_RULE, ...options.rule }
  const asked = new Set<(peer: PeerAnswered, answer: ProbeAnswer) => void>()
  const changed = new Set<(peer: PeerHealth, from?: Verdict) => void>()
  const gone = new Set<(id: string) => void>()
  const waiting = new Map<string, { resolve: (health: PeerHealth) => void; reject: (fault: unknown) => void }[]>()
  /** Snapshots never change, so a view lasts as long as what it was made from, and no longer. */
  const views = new Map<
    string,
    { snapshot: unknown; history: RestartHistory | undefined; health: PeerHealth | undefined }
  >()
  const started = clock.wall()

  const prober = createProber({
    ...{ probe: options.probe, clock, random, concurrency: 64, slowAfterMs: 100, inFlight: 4_096 },
    deadlineMs: options.probeTimeoutMs ?? 5_000,
    ...(options.doubt && { doubt: options.doubt }),
    onAnswer: ({ id, name }, answer) => {
      const stale = views.get(id)
      if (stale) Object.assign(stale, NO_VIEW)
      const snapshot = child(id)?.getSnapshot()
      const answered = snapshot && 'context' in snapshot ? { id, name, verdict: snapshot.context.verdict } : peer(id)
      if (answered) for (const listener of asked) tell(listener, answered, answer)
      const health = waiting.has(id) && peer(id)
      if (health) settle(id, ({ resolve }) => resolve(health))
    },
    onStall: (stalledMs) => reporter.stalled(stalledMs)
  })
  const supervisor = createActor(supervisorMachine.provide({ actors: { prober, peer: peerMachine } }), {
    ...{ input: { rule, clock }, clock, id: 'supervisor', systemId: 'supervisor' }
  })
  const reporter = createReporter({ events: options.events, peer, onFault })
  // Without it XState would throw a crash that is handled already once more, out of a timer.
  supervisor.subscribe({ error: onFault })
  supervisor.on('*', (told) => {
    guarded(() => reporter.report(told))
    if (!('id' in told)) return
    const health = peer(told.id)
    if (told.type === 'peer.crashed') settle(told.id, ({ resolve }) => health && resolve(health))
    if (health)
      for (const listener of changed)
        guarded(() => listener(health, told.type === 'peer.judged' ? told.from : undefined))
  })

  return {
    start(peers: readonly PeerSpec[] = []) {
      supervisor.start()
      if (peers.length > 0) supervisor.send({ type: 'peers.joined', peers })
    },
    stop() {
      supervisor.stop()
      for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(new PeerUnknown(id)))
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
      views.delete(id)
      for (const listener of gone) guarded(() => listener(id))
      settle(id, ({ reject }) => reject(new PeerUnknown(id)))
    },
    /** Asks now, and answers with how the peer is after that. Lifts a quarantine. */
    check(id: string): Promise<PeerHealth> {
      const { context } = supervisor.getSnapshot()
      const member = context.members[id]
      if (!member) return Promise.reject(new PeerUnknown(id))
      const answer = new Promise<PeerHealth>((resolve, reject) => {
        waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }])
      })
      const actor = child(id)
      if (actor) actor.send({ type: 'peer.check' })
      else supervisor.send({ type: 'peer.restart', id })
      return answer
    },
    /** It called us with its key. */
    signOfLife: (id: string) => child(id)?.send({ type: 'peer.alive', now: clock.now() }),
    /** A request to it failed in that way, or it closed a kept connection. */
    signOfDeath: (id: string, failed?: FailureClass) =>
      child(id)?.send({ type: 'peer.doubtful', now: clock.now(), keyRefused: failed === 'key_refused' }),
    peer,
    peers,
    /** Calls back when a verdict changed (then with the one before), or an actor crashed; until the returned function is called. */
    onChange: (listener: (peer: PeerHealth, from?: Verdict) => void) => listen(changed, listener),
    /** Calls back when a peer is no member any more. */
    onLeft: (listener: (id: string) => void) => listen(gone, listener),
    /** Calls back after every probe. */
    onAnswer: (listener: (peer: PeerAnswered, answer: ProbeAnswer) => void) => listen(asked, listener),
    /** What the supervisor has to do. */
    supervision(): Supervision {
      const { restarts, proberCrashes } = supervisor.getSnapshot().context
      const all = Object.values(restarts)
      return {
        actors: all.filter(({ quarantined }) => !quarantined).length,
        crashes: all.reduce((sum, { crashes }) => sum + crashes, 0),
        proberCrashes,
        quarantined: peers().flatMap(({ name, verdict }) => (verdict === 'quarantined' ? [name] : []))
      }
    },
    /** For the inspector. */
    roots: (): AnyActorRef[] => [supervisor]
  }

  function peer(id: string): PeerHealth | undefined {
    const { context } = supervisor.getSnapshot()
    const member = context.members[id]
    const history = context.restarts[id]
    if (!member || !history) return undefined
    const snapshot = child(id)?.getSnapshot()
    const known = views.get(id)
    if (known?.health && known.snapshot === snapshot && known.history === history) return known.health
    const health =
      snapshot && 'context' in snapshot ? peerHealth(snapshot, history) : unwatchedHealth(member, history, started)
    views.set(id, { snapshot, history, health })
    return health
  }

  function peers(): PeerHealth[] {
    return Object.keys(supervisor.getSnapshot().context.members).flatMap((id) => peer(id) ?? [])
  }

  function child(id: string) {
    const actor = supervisor.getSnapshot().children[id]
    return actor?.getSnapshot().status === 'active' ? actor : undefined
  }

  function settle(
    id: string,
    end: (one: { resolve: (health: PeerHealth) => void; reject: (fault: unknown) => void }) => void
  ) {
    const all = waiting.get(id) ?? []
    waiting.delete(id)
    for (const one of all) end(one)
  }

  function listen<Listener>(listeners: Set<Listener>, listener: Listener) {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  function tell(listener: (peer: PeerAnswered, answer: ProbeAnswer) => void, peer: PeerAnswered, answer: ProbeAnswer) {
    guarded(() => listener(peer, answer))
  }

  function guarded(run: () => void) {
    try {
      run()
    } catch (fault) {
      onFault(fault)
    }
  }
}

export type Cluster = ReturnType<typeof createCluster>
