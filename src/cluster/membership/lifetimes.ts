import type { Departure } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'

const HOUR_MS = 3_600_000
/** A member that never confirmed is forgotten, with its key. Longer would keep its name and its key for nobody. */
const CONFIRM_WITHIN_MS = HOUR_MS
/** How long a removed peer is told; one that is away for longer finds out when it calls. */
const TELL_FOR_MS = 24 * HOUR_MS

/** Its join is that long ago, not the first one of a member whose keys were replaced. */
export const neverConfirmed = ({ state, awaitsApproval, credential }: Member, now: number): boolean =>
  state === 'pending' && !awaitsApproval && Date.parse(credential.since) + CONFIRM_WITHIN_MS <= now

/** What is left to do for a peer that was removed. */
export function dutyOf({ removedAt, notice }: Departure, now: number): 'tell' | 'stop telling' | 'nothing' {
  if (!notice) return 'nothing'
  return now - Date.parse(removedAt) > TELL_FOR_MS ? 'stop telling' : 'tell'
}

/** At a moment between half and four fifths of the key's life, another one for each member: not all at once. */
export function isDueForRotation({ id, credential, features }: Member, everyMs: number, now: number): boolean {
  if (!features.includes('rotate')) return false
  const share = 0.5 + (Number.parseInt(id.slice(0, 4), 16) / 0xffff) * 0.3
  return Date.parse(credential.since) + everyMs * share < now
}
