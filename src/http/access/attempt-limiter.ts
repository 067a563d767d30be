import { LRUCache } from 'lru-cache'
import { TooManyFailures } from '../../errors/requests.ts'
import { networkOf } from '../network.ts'

interface AttemptLimiterOptions {
  perMinute: number
  now?: () => number
}

const MINUTE_MS = 60_000
const NETWORKS = 10_000

/**
 * Counts failed attempts by network, and answers further ones with "too many" for the rest of the minute. What is right
 * goes through all the same: keys and tokens are too long to be guessed, and others at that address must get in.
 */
export function createAttemptLimiter({ perMinute, now = () => performance.now() }: AttemptLimiterOptions) {
  const windows = new LRUCache<string, { since: number; failed: number }>({ max: NETWORKS })

  /** Counts one; gives the seconds to wait where there were too many before. */
  function count(network: string): number | undefined {
    const window = windows.get(network)
    const leftMs = window ? window.since + MINUTE_MS - now() : 0
    if (!window || leftMs <= 0) {
      windows.set(network, { since: now(), failed: 1 })
      return undefined
    }
    window.failed += 1
    return window.failed > perMinute ? Math.ceil(leftMs / 1_000) : undefined
  }

  return {
    /** Runs an attempt; a client's error counts against its network. @throws TooManyFailures */
    async attempt<T>(address: string, run: () => Promise<T>): Promise<T> {
      try {
        return await run()
      } catch (error) {
        const seconds = isClients(error) ? count(networkOf(address)) : undefined
        if (seconds === undefined) throw error
        throw Object.assign(new TooManyFailures(seconds), { retryAfterSeconds: seconds })
      }
    }
  }
}

const isClients = (error: unknown) =>
  error instanceof Error && 'statusCode' in error && Number(error.statusCode) >= 400 && Number(error.statusCode) < 500
