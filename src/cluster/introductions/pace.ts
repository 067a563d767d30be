import pLimit from 'p-limit'

/** Until it is known how long it takes. */
const FIRST = 2

interface PaceOptions {
  /** How many at once while all is well. */
  most: number
  /** Whoever waits longer than this is one of too many. */
  slowMs: number
  /** Monotonic milliseconds. */
  now: () => number
}

/**
 * Runs work side by side, more of it while it is quick, and less while it takes long. Of many servers that dial each other
 * at once each does work for the others; where all of it is begun together, all of it ends too late, and was for nothing.
 */
export function createPace({ most, slowMs, now }: PaceOptions) {
  const limit = pLimit(Math.min(most, FIRST))

  function learn(tookMs: number): void {
    const width = limit.concurrency
    if (tookMs > slowMs) limit.concurrency = Math.max(1, Math.floor(width / 2))
    else if (tookMs < slowMs / 2) limit.concurrency = Math.min(most, width + 1)
  }

  return {
    run: <T>(work: () => Promise<T>): Promise<T> =>
      limit(async () => {
        const began = now()
        try {
          return await work()
        } finally {
          learn(now() - began)
        }
      }),
    width: () => limit.concurrency
  }
}
