import type { WaitingAlert } from '../../schemas/alerts/alert.ts'

/** Messages that are still to be delivered, of all targets. */
export interface WaitingStore {
  all(): readonly WaitingAlert[]
  put(waiting: WaitingAlert): Promise<void>
  delete(id: string): Promise<boolean>
}
