import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../../machines/clock.ts'
import type { AlertMessage, AlertTest, WaitingAlert } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import type { EventLog } from '../../schemas/event.ts'
import { createDelivery, type Handover, type Trouble } from './delivery.ts'
import { inOrder } from './in-order.ts'
import { loadMailer } from './mail.ts'
import type { WaitingStore } from './waiting-store.ts'

export interface OutboxOptions {
  events: Pick<EventLog, 'publish'>
  waiting: WaitingStore
  clock: Clock
  send: (target: AlertTarget, message: AlertMessage, signal: AbortSignal) => Promise<void>
  /** A target takes no messages for ten minutes, or takes them again. */
  onTrouble: (target: string, trouble: Trouble | undefined) => void
  onFault: (fault: unknown) => void
  handover?: Handover | undefined
}

type Delivery = ReturnType<typeof createDelivery>

/** All targets: each has its own queue, so that one that is slow or gone delays no other. */
export function createOutbox(options: OutboxOptions) {
  const { events, clock, send, onTrouble, onFault } = options
  const waiting = inOrder(options.waiting)
  let deliveries = new Map<string, { target: AlertTarget; delivery: Delivery }>()

  function start(key: string, target: AlertTarget, left: readonly WaitingAlert[]) {
    const delivery = createDelivery({
      target,
      key,
      clock,
      store: waiting,
      waiting: left,
      send,
      onFault,
      onSent: (message) => publish('alert.sent', key, message, message.title),
      onTold: (message, by) => publish('alert.told', key, message, `${by} has sent it`, { by }),
      handover: options.handover,
      onFailed: (message, reason) => publish('alert.failed', key, message, reason),
      onTrouble: (trouble) => onTrouble(key, trouble)
    })
    return { target, delivery }
  }

  const storedFor = (key: string) =>
    waiting
      .all()
      .filter(({ target }) => target === key)
      .toSorted((a, b) => a.order - b.order)

  /** What targets with such a key have not taken, on disk or not there yet. */
  function leftBy(isMeant: (key: string) => boolean): WaitingAlert[] {
    const all = [...waiting.all(), ...[...deliveries.values()].flatMap(({ delivery }) => delivery.waiting())]
    return [...new Map(all.map((one) => [one.id, one])).values()].filter(({ target }) => isMeant(target))
  }

  function publish(
    type: 'alert.sent' | 'alert.told' | 'alert.failed',
    target: string,
    message: AlertMessage,
    reason: string,
    more: { by?: string } = {}
  ) {
    const { type: about, title, problems } = message
    events.publish({ type, reason, facts: { target, about, title, problems: problems.length, ...more } })
  }

  return {
    /** From now on these are the targets. What waits for one that is no longer there goes, and that is told. */
    use(targets: readonly AlertTarget[]): void {
      // Where it cannot be loaded the first mail says why.
      if (targets.some(({ type }) => type === 'email')) loadMailer().catch(() => {})
      const wanted = new Map(keysOf(targets).map((key, index) => [key, targets[index]]))
      const next: typeof deliveries = new Map()
      for (const [key, { target, delivery }] of deliveries)
        if (!isDeepStrictEqual(wanted.get(key), target)) delivery.close()
      for (const one of leftBy((key) => !wanted.has(key))) {
        waiting.delete(one.id).catch(onFault)
        publish('alert.failed', one.target, one.message, 'The target was removed before it took this message')
      }
      for (const [key, target] of wanted) {
        const known = deliveries.get(key)
        // One that is as it was goes on with what it has under way.
        if (known && isDeepStrictEqual(known.target, target)) next.set(key, known)
        else if (target) next.set(key, start(key, target, known?.delivery.waiting() ?? storedFor(key)))
      }
      deliveries = next
    },
    empty: () => deliveries.size === 0,
    has: (key: string) => deliveries.has(key),
    add(message: AlertMessage): void {
      for (const { delivery } of deliveries.values()) delivery.add(message)
    },
    /** Of each target: since when it fails, and how much waits. */
    states: () =>
      [...deliveries].map(([key, { target, delivery }]) => ({
        key,
        target,
        failing: delivery.failing(),
        waiting: delivery.waiting().length
      })),
    /** Sends at once to all, or to one of them, and answers with what became of it. */
    async test(message: AlertMessage, only?: string): Promise<AlertTest> {
      const signal = AbortSignal.timeout(15_000)
      const meant = [...deliveries].filter(([key]) => only === undefined || key === only)
      const targets = meant.map(([key, { target }]) =>
        send(target, message, signal).then(
          () => {
            publish('alert.sent', key, message, message.title)
            return { target: key, ok: true }
          },
          (fault: Error) => {
            publish('alert.failed', key, message, fault.message)
            return { target: key, ok: false, error: fault.message }
          }
        )
      )
      return { targets: await Promise.all(targets) }
    },
    close(): void {
      for (const { delivery } of deliveries.values()) delivery.close()
    }
  }
}

/** A key for each target: its name or kind, with a number where several have the same. */
export function keysOf(targets: readonly AlertTarget[]): string[] {
  const names = targets.map(({ name, type }) => name ?? type)
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name}#${before + 1}`
  })
}
