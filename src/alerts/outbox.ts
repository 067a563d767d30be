import type { Clock } from '../../machines/clock.ts'
import type { AlertMessage, AlertTest } from '../schemas/alert.ts'
import type { AlertTarget } from '../schemas/alert-target.ts'
import type { EventLog } from '../schemas/event.ts'
import { createDelivery, type Handover, type Trouble, type WaitingStore } from './delivery.ts'

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
  const { events, waiting, clock, send, onTrouble, onFault } = options
  let deliveries = new Map<string, { target: AlertTarget; delivery: Delivery }>()

  function start(key: string, target: AlertTarget) {
    const delivery = createDelivery({
      target,
      key,
      clock,
      store: waiting,
      send,
      onFault,
      onSent: (message) => publish('alert.sent', key, message, message.title),
      onTold: (message, by) => publish('alert.told', key, message, `${by} has sent it`),
      handover: options.handover,
      onFailed: (message, reason) => publish('alert.failed', key, message, reason),
      onTrouble: (trouble) => onTrouble(key, trouble)
    })
    return { target, delivery }
  }

  function publish(
    type: 'alert.sent' | 'alert.told' | 'alert.failed',
    target: string,
    message: AlertMessage,
    reason: string
  ) {
    const { type: about, title, problems } = message
    events.publish({ type, reason, facts: { target, about, title, problems: problems.length } })
  }

  return {
    /** From now on these are the targets. What waits for one that is no longer there is nobody's, and goes. */
    use(targets: readonly AlertTarget[]): void {
      const keys = keysOf(targets)
      const next = new Map<string, { target: AlertTarget; delivery: Delivery }>()
      for (const { delivery } of deliveries.values()) delivery.close()
      for (const { id, target } of waiting.all()) if (!keys.includes(target)) waiting.delete(id).catch(onFault)
      for (const [index, target] of targets.entries()) next.set(keys[index] ?? '', start(keys[index] ?? '', target))
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
        waiting: delivery.waiting()
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
