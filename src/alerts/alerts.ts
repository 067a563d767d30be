import type { Clock } from '../../machines/clock.ts'
import type { AlertMessage, Alerts, AlertTarget, AlertTest, Outage } from '../schemas/alert.ts'
import { parseDuration } from '../schemas/duration.ts'
import type { EventLog } from '../schemas/event.ts'
import type { PeerHealth, Verdict } from '../schemas/health.ts'
import { createDelivery, type WaitingStore } from './delivery.ts'
import { inMaintenance } from './maintenance.ts'
import { downMessage, testMessage, upMessage } from './message.ts'
import { send as sendNow } from './send.ts'

export interface AlertOptions {
  config: Alerts
  /** The name of this server, in messages. */
  server: () => string
  events: Pick<EventLog, 'publish'>
  cluster: {
    onChange(listener: (peer: PeerHealth) => void): () => void
    onLeft(listener: (id: string) => void): () => void
    peers(): readonly unknown[]
  }
  reasonOf: (peer: PeerHealth) => string
  /** Outages of which somebody was told. */
  store: { all(): readonly Outage[]; put(outage: Outage): Promise<void>; delete(id: string): Promise<boolean> }
  /** Messages that targets have not taken yet. */
  waiting: WaitingStore
  clock: Clock
  onFault: (fault: unknown) => void
  send?: (target: AlertTarget, message: AlertMessage, signal: AbortSignal) => Promise<void>
}

const DOWN: ReadonlySet<Verdict> = new Set(['offline', 'rejected', 'skewed', 'incompatible'])
/** What happens within this time is one message: a cut cable is one cause. */
const GATHER_MS = 10_000
const MAINTENANCE_MS = 60_000

/** Tells people when a peer stays down and when it is back: one message an outage, however often it flaps. */
export function createAlerts(options: AlertOptions) {
  const { config, events, cluster, store, waiting, clock, onFault, send = sendNow } = options
  const delayMs = parseDuration(config.delay) ?? 0
  const keys = keysOf(config.targets)
  // Nobody is left who could be told by a target that the config no longer has.
  for (const { id, target } of waiting.all()) if (!keys.includes(target)) waiting.delete(id).catch(onFault)
  const deliveries = config.targets.map((target, index) =>
    createDelivery({
      target,
      key: keys[index] ?? '',
      clock,
      store: waiting,
      send,
      onFault,
      onSent: (message) => publish('alert.sent', target, message, message.title),
      onFailed: (message, reason) => publish('alert.failed', target, message, reason)
    })
  )
  const told = new Map(store.all().map((outage) => [outage.id, outage]))
  /** Down, and nobody was told yet. */
  const fresh = new Map<string, { outage: Outage; timer: unknown }>()
  const toTell = new Map<string, { up: boolean; outage: Outage }>()
  let gathering: unknown
  // With nobody to tell, an outage must not count as told either.
  const unsubscribe = deliveries.length > 0 ? [cluster.onChange(changed), cluster.onLeft(drop)] : []

  return {
    /** Sends a message to every target at once, and answers with what became of it. */
    async test(): Promise<AlertTest> {
      const message = testMessage(options.server(), clock.wall())
      const signal = AbortSignal.timeout(15_000)
      const targets = config.targets.map(async (target) => {
        const sent = send(target, message, signal)
        return sent.then(
          () => ({ target: nameOf(target), ok: true }),
          (fault: Error) => ({ target: nameOf(target), ok: false, error: fault.message })
        )
      })
      return { targets: await Promise.all(targets) }
    },
    close() {
      for (const end of unsubscribe) end()
      for (const { timer } of fresh.values()) clock.clearTimeout(timer)
      clock.clearTimeout(gathering)
      for (const delivery of deliveries) delivery.close()
    }
  }

  function changed(peer: PeerHealth) {
    if (DOWN.has(peer.verdict)) fell(peer)
    // While it flaps the outage goes on: else each moment of calm would be a message.
    else if (peer.verdict === 'online' && !peer.flapping) rose(peer.id)
    else if (peer.verdict === 'removed' || peer.verdict === 'pending') drop(peer.id)
  }

  function fell(peer: PeerHealth) {
    const { id, name, verdict: state, since } = peer
    if (toTell.get(id)?.up) toTell.delete(id)
    if (told.has(id) || toTell.has(id) || fresh.has(id)) return
    const outage = { id, name, state, since, reason: options.reasonOf(peer) }
    fresh.set(id, { outage, timer: clock.setTimeout(() => tell(outage, false), delayMs) })
  }

  function rose(id: string) {
    const outage = told.get(id)
    if (outage) tell(outage, true)
    else forget(id)
  }

  /** Its outages are nobody's business any more. */
  function drop(id: string) {
    forget(id)
    if (told.delete(id)) store.delete(id).catch(onFault)
  }

  function forget(id: string) {
    clock.clearTimeout(fresh.get(id)?.timer)
    fresh.delete(id)
    toTell.delete(id)
  }

  function tell(outage: Outage, up: boolean) {
    fresh.delete(outage.id)
    toTell.set(outage.id, { outage, up })
    gathering ??= clock.setTimeout(flush, GATHER_MS)
  }

  function flush() {
    gathering = undefined
    const now = new Date(clock.wall())
    const ready = [...toTell.values()].filter(({ outage }) => !inMaintenance(config.maintenance, outage.name, now))
    for (const { outage } of ready) toTell.delete(outage.id)
    if (toTell.size > 0) gathering = clock.setTimeout(flush, MAINTENANCE_MS)

    const down = ready.filter(({ up }) => !up).map(({ outage }) => outage)
    const back = ready.filter(({ up }) => up).map(({ outage }) => outage)
    // What is to be delivered is stored first: a crash in between repeats a message and loses none.
    if (down.length > 0) deliver(downMessage(options.server(), down, cluster.peers().length, clock.wall()))
    if (back.length > 0) deliver(upMessage(options.server(), back, clock.wall()))
    for (const outage of down) {
      told.set(outage.id, outage)
      store.put(outage).catch(onFault)
    }
    for (const { id } of back) {
      told.delete(id)
      store.delete(id).catch(onFault)
    }
  }

  function deliver(message: AlertMessage) {
    for (const delivery of deliveries) delivery.add(message)
  }

  function publish(type: 'alert.sent' | 'alert.failed', target: AlertTarget, message: AlertMessage, reason: string) {
    events.publish({
      type,
      reason,
      facts: { target: nameOf(target), about: message.type, peers: message.peers.length }
    })
  }
}

const nameOf = (target: AlertTarget) => target.name ?? target.type

/** A key for each target: its name, with a number where several have the same. */
function keysOf(targets: readonly AlertTarget[]): string[] {
  const names = targets.map(nameOf)
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name}#${before + 1}`
  })
}
