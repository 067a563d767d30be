import type { Clock } from '../../machines/clock.ts'
import type { AlertMessage, Alerts, AlertTest } from '../schemas/alerts/alert.ts'
import type { AlertTarget } from '../schemas/alerts/alert-target.ts'
import type { Problem } from '../schemas/alerts/incident.ts'
import { parseDuration } from '../schemas/duration.ts'
import type { EventLog } from '../schemas/event.ts'
import type { PeerHealth } from '../schemas/health.ts'
import type { Handover, Trouble } from './delivery/delivery.ts'
import { createHeartbeat } from './delivery/heartbeat.ts'
import { createOutbox } from './delivery/outbox.ts'
import { beat as beatNow, send as sendNow } from './delivery/send.ts'
import { HEARTBEAT, keyOf, targetIn, undelivered } from './delivery/undelivered.ts'
import type { WaitingStore } from './delivery/waiting-store.ts'
import { nameIn, type ServerFacts } from './findings/facts.ts'
import { isLink, peerProblem } from './findings/peer-problem.ts'
import { createWatch } from './findings/watch.ts'
import { createIncidents, peerKey } from './incidents/incidents.ts'
import { createKeptIncidents, type IncidentStore } from './incidents/kept-incidents.ts'
import { PACE } from './incidents/pace.ts'
import { inMaintenance } from './maintenance.ts'
import { messageOf, testMessage } from './message.ts'
import { isAway, overOf } from './peer-faults.ts'
import { createSilences, type SilenceOptions } from './silences.ts'

export interface AlertOptions {
  config: Alerts
  /** The name of this server, in messages. */
  server: () => string
  events: Pick<EventLog, 'publish'>
  cluster: {
    onChange(listener: (peer: PeerHealth) => void): () => void
    onLeft(listener: (id: string) => void): () => void
    onAnswer(listener: (peer: { id: string }, answer: { ok: boolean }) => void): () => void
    peers(): readonly { id: string }[]
  }
  reasonOf: (peer: PeerHealth) => string
  /** What every server tells of itself now. */
  look: (signal: AbortSignal) => AsyncIterable<ServerFacts>
  tagsOf: SilenceOptions['tagsOf']
  isMember: (id: string) => boolean
  store: IncidentStore
  silences: SilenceOptions['store']
  /** Messages that targets have not taken yet. */
  waiting: WaitingStore
  clock: Clock
  onFault: (fault: unknown) => void
  /** Where other servers may have the same targets. */
  handover?: Handover
  send?: (target: AlertTarget, message: AlertMessage, signal: AbortSignal) => Promise<void>
  beat?: (url: string, signal: AbortSignal) => Promise<void>
}

/** Tells people what is wrong and when it is over: one message an incident, however much belongs to it. */
export function createAlerts(options: AlertOptions) {
  const { server, events, cluster, waiting, clock, onFault, send = sendNow } = options
  let { config } = options
  const incidents = createIncidents(options.store.all())
  const keep = createKeptIncidents(options.store, onFault)
  const silences = createSilences({ store: options.silences, tagsOf: options.tagsOf, wall: clock.wall, onFault })
  const outbox = createOutbox({
    events,
    waiting,
    clock,
    send,
    onTrouble: (key, trouble) => troubled(key, `messages to ${nameIn(key)}`, trouble),
    onFault,
    handover: options.handover
  })
  const watch = createWatch({
    rules: () => config.rules,
    look: options.look,
    incidents,
    clock,
    wanted: () => !outbox.empty(),
    onLooked: tell,
    onFault
  })
  let timer: unknown
  let heartbeat = startHeartbeat()
  outbox.use(config.targets)
  incidents.drop((problem) => isLost(problem) || !(problem.server_id === 'self' || options.isMember(problem.server_id)))
  const unsubscribe = [cluster.onChange(changed), cluster.onLeft(left), cluster.onAnswer(answered)]

  return {
    silences,
    /** What is wrong now, whether somebody was told or not. */
    problems: incidents.problems,
    incidents: incidents.all,
    targets: outbox.states,
    /** Sends a message to every target at once, or to one, and answers with what became of it. */
    test: (only?: string): Promise<AlertTest> => outbox.test(testMessage(server(), clock.wall()), only),
    /** Other settings count from now on; what waits for a target that stays goes on. */
    use(next: Alerts): void {
      config = next
      heartbeat?.close()
      heartbeat = startHeartbeat()
      outbox.use(config.targets)
      incidents.drop((problem) => isLost(problem) || isUnasked(problem))
      tell()
    },
    /** Somebody was told of it. */
    told: incidents.told,
    /** Nobody is told of it now. */
    hushed,
    /** After a silence began or ended. */
    review: tell,
    close() {
      for (const end of unsubscribe) end()
      watch.close()
      heartbeat?.close()
      clock.clearTimeout(timer)
      outbox.close()
    }
  }

  function changed(peer: PeerHealth) {
    const { id, verdict, flapping } = peer
    if (isAway(verdict)) {
      const stop = silences.ofPeer('stop', id)
      const reason = `${options.reasonOf(peer)}${stop ? '; it had said that its agent stops' : ''}`
      const delayMs = parseDuration(config.delay) ?? 0
      const holdMs = isLink(peer) ? Math.max(delayMs, PACE.linkMs) : delayMs
      incidents.open(peerProblem(peer, reason, watch.known(id)), holdMs, clock.now())
      // While it flaps the outage goes on: else each moment of calm would be a message.
    } else if (verdict === 'online' && !flapping) incidents.close(peerKey(id), (was) => overOf(was.title), clock.now())
    else if (verdict === 'removed' || verdict === 'suspended' || verdict === 'pending') forget(id)
    else return
    tell()
  }

  function answered({ id }: { id: string }, { ok }: { ok: boolean }) {
    if (ok && silences.returned(id)) tell()
  }

  function left(id: string) {
    silences.forget(id)
    watch.forget(id)
    forget(id)
    tell()
  }

  function forget(id: string) {
    incidents.drop(({ server_id }) => server_id === id)
  }

  function startHeartbeat() {
    const { url, every } = config.heartbeat
    if (url === '') return undefined
    return createHeartbeat({
      url,
      everyMs: parseDuration(every) ?? 300_000,
      clock,
      beat: options.beat ?? beatNow,
      onTrouble: (trouble) => troubled(HEARTBEAT, 'heartbeats', trouble)
    })
  }

  /** Of a target that is no longer there. */
  function isLost({ kind, key }: Problem): boolean {
    if (kind !== 'alert') return false
    const target = targetIn(key)
    return target === HEARTBEAT ? config.heartbeat.url === '' : !outbox.has(target)
  }

  /** Nobody looks for it any more. */
  function isUnasked({ kind }: Problem): boolean {
    if (kind === 'peer' || kind === 'alert') return false
    return outbox.empty() || !config.rules[kind].enabled
  }

  function troubled(key: string, what: string, trouble: Trouble | undefined) {
    if (trouble) incidents.open(undelivered(key, what, server(), trouble), 0, clock.now())
    else incidents.close(keyOf(key), `${what} arrive again`, clock.now())
    tell()
  }

  /** With nobody to tell, nothing must count as told either. */
  function tell(): void {
    clock.clearTimeout(timer)
    if (!outbox.empty()) {
      const at = { now: clock.now(), wall: clock.wall() }
      const { notices, next } = incidents.step(at, {
        hushed,
        members: cluster.peers().length,
        remindMs: parseDuration(config.remind)
      })
      // What is to be delivered is stored first: a crash in between repeats a message and loses none.
      for (const notice of notices) outbox.add(messageOf(notice, server(), at.wall))
      if (next !== undefined) timer = clock.setTimeout(tell, next - at.now)
    }
    keep(incidents.all())
  }

  function hushed(problem: Problem): boolean {
    return silences.hushes(problem) || inMaintenance(config.maintenance, problem.server, new Date(clock.wall()))
  }
}

export type AlertCentre = ReturnType<typeof createAlerts>
