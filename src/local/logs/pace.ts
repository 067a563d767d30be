import { setTimeout as sleep } from 'node:timers/promises'

export interface PaceOptions {
  perSecond: number
  signal: AbortSignal
  /** Monotonic milliseconds. */
  now?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * Hands a stream on at no more than so many items a second. Nothing is lost: what comes faster waits where it comes
 * from, and one reader of a flooding log leaves the others their processor.
 */
export async function* paced<T>(stream: AsyncIterable<T>, options: PaceOptions): AsyncGenerator<T> {
  const { perSecond, signal, now = () => performance.now(), wait = idle } = options
  let windowEnds = now() + 1_000
  let count = 0
  for await (const item of stream) {
    if (now() >= windowEnds) {
      windowEnds = now() + 1_000
      count = 0
    } else if (count >= perSecond) {
      await wait(windowEnds - now(), signal)
      windowEnds = now() + 1_000
      count = 0
    }
    count += 1
    yield item
  }
}

const idle = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
