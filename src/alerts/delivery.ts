import type { AlertTarget } from '../schemas/alert.ts'
import type { Message } from './message.ts'

/** Time as alerts need it. */
export interface AlertClock {
  wall(): number
  setTimeout(run: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
}

export interface DeliveryOptions {
  target: AlertTarget
  clock: AlertClock
  send: (target: AlertTarget, message: Message, signal: AbortSignal) => Promise<void>
  onSent: (message: Message) => void
  /** After the last attempt. */
  onFailed: (message: Message, reason: string) => void
}

const RETRY_AFTER_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000]
const MOST_WAITING = 100

/** One target's messages, in order, each tried until it is taken or nearly an hour went by. Nobody waits for it. */
export function createDelivery({ target, clock, send, onSent, onFailed }: DeliveryOptions) {
  const closing = new AbortController()
  const waiting: Message[] = []
  let timer: unknown
  let busy = false

  return {
    add(message: Message) {
      waiting.push(message)
      if (waiting.length > MOST_WAITING) {
        // The first is being tried; the one after it is the oldest that may go.
        const [dropped] = waiting.splice(1, 1)
        if (dropped) onFailed(dropped, 'Too many messages wait for it')
      }
      if (!busy) void attempt(0)
    },
    close() {
      closing.abort()
      clock.clearTimeout(timer)
    }
  }

  async function attempt(number: number): Promise<void> {
    const [message] = waiting
    busy = message !== undefined && !closing.signal.aborted
    if (!message || !busy) return
    try {
      await send(target, message, closing.signal)
      onSent(message)
    } catch (fault) {
      if (closing.signal.aborted) return
      const delayMs = RETRY_AFTER_MS[number]
      if (delayMs !== undefined) {
        timer = clock.setTimeout(() => void attempt(number + 1), delayMs)
        return
      }
      onFailed(message, fault instanceof Error ? fault.message : 'It failed')
    }
    waiting.shift()
    return attempt(0)
  }
}
