import { TooManyFailures } from '../../errors.ts'

interface FailuresOptions {
  perMinute: number
  now?: () => number
}

const MINUTE_MS = 60_000
const MAX_ADDRESSES = 10_000

export type Failures = ReturnType<typeof createFailures>

/**
 * Counts failed attempts by address, and refuses further ones for the rest of the minute. Success costs nothing, so
 * this is not what a general rate limit does.
 */
export function createFailures({ perMinute, now = () => performance.now() }: FailuresOptions) {
  const windows = new Map<string, { since: number; failed: number }>()

  /** @throws TooManyFailures */
  function assertBelow(address: string): void {
    const window = windows.get(address)
    if (!window || window.failed < perMinute) return
    const leftMs = window.since + MINUTE_MS - now()
    if (leftMs <= 0) windows.delete(address)
    else {
      const seconds = Math.ceil(leftMs / 1_000)
      throw Object.assign(new TooManyFailures(seconds), { retryAfterSeconds: seconds })
    }
  }

  function count(address: string): void {
    const window = windows.get(address)
    if (window && window.since + MINUTE_MS > now()) {
      window.failed += 1
      return
    }
    windows.delete(address)
    const [oldest] = windows.keys()
    if (windows.size >= MAX_ADDRESSES && oldest !== undefined) windows.delete(oldest)
    windows.set(address, { since: now(), failed: 1 })
  }

  return {
    /** Runs an attempt; a client's error counts against its address. */
    async attempt<T>(address: string, run: () => Promise<T>): Promise<T> {
      assertBelow(address)
      try {
        return await run()
      } catch (error) {
        if (isClients(error)) count(address)
        throw error
      }
    }
  }
}

const isClients = (error: unknown) =>
  error instanceof Error && 'statusCode' in error && Number(error.statusCode) >= 400 && Number(error.statusCode) < 500
