import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'

/** After this a request that is still waiting gives its slot to the next. */
const PATIENCE_MS = 500

/** A bounded number of requests at once. After half a second one gives up its slot: it only waits, and costs an idle connection. */
export function createSlots(most: number, clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
  const limit = pLimit(most)

  return function inTurn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      limit(
        () =>
          new Promise<void>((free) => {
            const stopWaiting = after(clock, PATIENCE_MS, free)
            const over = () => {
              stopWaiting()
              free()
            }
            work().then(resolve, reject).finally(over)
          })
      )
    })
  }
}
