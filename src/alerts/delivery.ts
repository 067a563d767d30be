import type { Clock } from '../../machines/clock.ts'
import type { AlertMessage, AlertTarget, WaitingAlert } from '../schemas/alert.ts'

/** Messages that are still to be delivered, of all targets. */
export interface WaitingStore {
  all(): readonly WaitingAlert[]
  put(waiting: WaitingAlert): Promise<void>
  delete(id: string): Promise<boolean>
}

export interface DeliveryOptions {
  target: AlertTarget
  /** What tells this target from all others, and is the same after a restart. */
  key: string
  clock: Clock
  store: WaitingStore
  send: (target: AlertTarget, message: AlertMessage, signal: AbortSignal) => Promise<void>
  onSent: (message: AlertMessage) => void
  /** After the last attempt. */
  onFailed: (message: AlertMessage, reason: string) => void
  /** The store could not keep a message; it is delivered all the same. */
  onFault: (fault: unknown) => void
}

const RETRY_AFTER_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000]
const MOST_WAITING = 100

/**
 * One target's messages, in order, each tried until it is taken or nearly an hour went by. Nobody waits for it. What a
 * stop interrupts goes on after the next start, with the attempts that are left.
 */
export function createDelivery(options: DeliveryOptions) {
  const { target, key, clock, store, send, onSent, onFailed, onFault } = options
  const closing = new AbortController()
  const waiting = store
    .all()
    .filter((one) => one.target === key)
    .toSorted((a, b) => a.order - b.order)
  let timer: unknown
  let busy = false
  goOn()

  return {
    add(message: AlertMessage) {
      const order = (waiting.at(-1)?.order ?? 0) + 1
      const one = { id: `${key}/${message.id}`, target: key, order, attempts: 0, retry_at: 0, message }
      waiting.push(one)
      store.put(one).catch(onFault)
      if (waiting.length > MOST_WAITING) {
        // The first is being tried; the one after it is the oldest that may go.
        const [dropped] = waiting.splice(1, 1)
        if (dropped) end(dropped, 'Too many messages wait for it')
      }
      if (!busy) void attempt()
    },
    close() {
      closing.abort()
      clock.clearTimeout(timer)
    }
  }

  async function attempt(): Promise<void> {
    const [first] = waiting
    busy = first !== undefined && !closing.signal.aborted
    if (!first || !busy) return
    try {
      await send(target, first.message, closing.signal)
    } catch (fault) {
      if (closing.signal.aborted) return
      return failed(first, fault instanceof Error ? fault.message : 'It failed')
    }
    waiting.shift()
    end(first)
    return attempt()
  }

  function failed(first: WaitingAlert, reason: string) {
    const delayMs = RETRY_AFTER_MS[first.attempts]
    if (delayMs === undefined) {
      waiting.shift()
      end(first, reason)
      return attempt()
    }
    waiting[0] = { ...first, attempts: first.attempts + 1, retry_at: clock.wall() + delayMs }
    store.put(waiting[0]).catch(onFault)
    timer = clock.setTimeout(() => void attempt(), delayMs)
  }

  /** After a start: the pause between two attempts is kept, so that restarts do not use them up. */
  function goOn() {
    const [first] = waiting
    if (!first) return
    busy = true
    const longest = RETRY_AFTER_MS[first.attempts - 1] ?? 0
    timer = clock.setTimeout(() => void attempt(), Math.min(Math.max(0, first.retry_at - clock.wall()), longest))
  }

  function end({ id, message }: WaitingAlert, failure?: string) {
    store.delete(id).catch(onFault)
    if (failure === undefined) onSent(message)
    else onFailed(message, failure)
  }
}
