import type { Clock } from '../../../machines/clock.ts'
import type { AlertMessage, WaitingAlert } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import { partOf } from '../message.ts'
import { lasted } from '../words.ts'
import { SendFailed } from './send-failed.ts'
import type { WaitingStore } from './waiting-store.ts'

export interface DeliveryOptions {
  target: AlertTarget
  /** What tells this target from all others, and is the same after a restart. */
  key: string
  clock: Clock
  store: Pick<WaitingStore, 'put' | 'delete'>
  /** What is still to be delivered, in order. */
  waiting: readonly WaitingAlert[]
  send: (target: AlertTarget, message: AlertMessage, signal: AbortSignal) => Promise<void>
  onSent: (message: AlertMessage) => void
  /** Another server that has the same target has told it. */
  onTold: (message: AlertMessage, by: string) => void
  handover?: Handover | undefined
  /** After the last attempt. */
  onFailed: (message: AlertMessage, reason: string) => void
  /** It takes no messages for ten minutes, with the last reason; without a reason it takes them again. */
  onTrouble: (trouble: Trouble | undefined) => void
  /** The store could not keep a message; it is delivered all the same. */
  onFault: (fault: unknown) => void
}

/** Which of several servers with the same target sends. */
export interface Handover {
  /** Waits for the turn of this one; `by` is another one that has told it meanwhile, and `rest` what none has told. */
  turn(
    target: AlertTarget,
    message: AlertMessage,
    signal: AbortSignal
  ): Promise<{ by: string } | { by: undefined; rest?: AlertMessage['problems'] }>
  /** This one has sent it. */
  sent(target: AlertTarget, message: AlertMessage): Promise<void>
}

export interface Trouble {
  /** Wall milliseconds of the first attempt that failed. */
  since: number
  reason: string
}

const MINUTE_MS = 60_000
const RETRY_AFTER_MS = [5_000, 30_000, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS]
const RETRY_LATER_MS = 30 * MINUTE_MS
const GIVE_UP_AFTER_MS = 24 * 60 * MINUTE_MS
const TROUBLE_AFTER_MS = 10 * MINUTE_MS
const LATE_MS = 10 * MINUTE_MS
const MOST_WAITING = 100

/**
 * One target's messages, in order, each tried until it is taken or a day went by. Nobody waits for it. What a stop
 * interrupts goes on after the next start.
 */
export function createDelivery(options: DeliveryOptions) {
  const { target, key, clock, store, send, onSent, onFailed, onTrouble, onFault, handover } = options
  const closing = new AbortController()
  const waiting = [...options.waiting]
  let timer: unknown
  let busy = false
  let failing: Trouble | undefined
  /** Whether it takes messages: what was told before this start may still be open. */
  let takes = false
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
    /** Since when its messages fail, and why. */
    failing: () => failing,
    waiting: (): readonly WaitingAlert[] => waiting,
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
      const turn = (await handover?.turn(target, first.message, closing.signal)) ?? { by: undefined }
      if (turn.by !== undefined) {
        waiting.shift()
        store.delete(first.id).catch(onFault)
        options.onTold(first.message, turn.by)
        return attempt()
      }
      const message = turn.rest ? partOf(first.message, turn.rest) : first.message
      await send(target, late(message), closing.signal)
      handover?.sent(target, message).catch(onFault)
    } catch (fault) {
      if (closing.signal.aborted) return
      return failed(first, fault)
    }
    works()
    waiting.shift()
    end(first)
    return attempt()
  }

  function failed(first: WaitingAlert, fault: unknown) {
    const reason = fault instanceof Error ? fault.message : 'It failed'
    const now = clock.wall()
    const since = first.failing_since ?? failing?.since ?? now
    failing = { since, reason }
    takes = false
    if (now - since >= TROUBLE_AFTER_MS) onTrouble(failing)
    if (now - Date.parse(first.message.at) > GIVE_UP_AFTER_MS) {
      waiting.shift()
      end(first, reason)
      return attempt()
    }
    const asked = fault instanceof SendFailed ? (fault.retryAfterMs ?? 0) : 0
    const delayMs = Math.max(RETRY_AFTER_MS[first.attempts] ?? RETRY_LATER_MS, Math.min(asked, RETRY_LATER_MS))
    waiting[0] = { ...first, attempts: first.attempts + 1, retry_at: now + delayMs, failing_since: since }
    store.put(waiting[0]).catch(onFault)
    timer = clock.setTimeout(() => void attempt(), delayMs)
  }

  function works() {
    failing = undefined
    if (!takes) onTrouble(undefined)
    takes = true
  }

  /** After a start: the pause between two attempts is kept, so that restarts do not use them up. */
  function goOn() {
    const [first] = waiting
    if (!first) return
    busy = true
    if (first.failing_since !== undefined)
      failing = { since: first.failing_since, reason: 'It took no messages before the last start' }
    const longest = first.attempts === 0 ? 0 : (RETRY_AFTER_MS[first.attempts - 1] ?? RETRY_LATER_MS)
    timer = clock.setTimeout(() => void attempt(), Math.min(Math.max(0, first.retry_at - clock.wall()), longest))
  }

  /** Whoever reads it hours later must not take it for news. */
  function late(message: AlertMessage): AlertMessage {
    const lateMs = clock.wall() - Date.parse(message.at)
    if (lateMs < LATE_MS) return message
    return {
      ...message,
      text: `${message.text}\n(This message is ${lasted(lateMs)} late: it could not be delivered before.)`
    }
  }

  function end({ id, message }: WaitingAlert, failure?: string) {
    store.delete(id).catch(onFault)
    if (failure === undefined) onSent(message)
    else onFailed(message, failure)
  }
}
