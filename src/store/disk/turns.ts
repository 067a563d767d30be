import { setTimeout as wait } from 'node:timers/promises'
import { StoreBusy } from '../../errors/requests.ts'
import { isBusy } from './sqlite-error.ts'

export type Turns = ReturnType<typeof createTurns>

/** How long a write may wait for another process that holds the file. */
const PATIENCE_MS = 5_000
/** While this process stops: everything together. */
const LAST_PATIENCE_MS = 1_000
const RETRY_MS = 25

/**
 * Statements one after the other, in the order in which they were asked for. While another process holds the file
 * they are tried again, and the event loop goes on: SQLite's own busy timeout would stop everything.
 */
export function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  let end = Number.POSITIVE_INFINITY

  async function attempt<T>(statement: () => T, until: number): Promise<T> {
    for (;;) {
      try {
        return statement()
      } catch (cause) {
        if (!isBusy(cause)) throw cause
        if (performance.now() >= Math.min(until, end))
          throw Object.assign(new StoreBusy({ cause }), { retryAfterSeconds: 1 })
      }
      await wait(RETRY_MS)
    }
  }

  return {
    /** @throws StoreBusy */
    take<T>(statement: () => T): Promise<T> {
      const until = performance.now() + PATIENCE_MS
      const turn = last.then(() => attempt(statement, until))
      last = turn.catch(() => {})
      return turn
    },
    /** From now on nothing is waited for longer than a stop may last. */
    hurry(): void {
      end = Math.min(end, performance.now() + LAST_PATIENCE_MS)
    }
  }
}
