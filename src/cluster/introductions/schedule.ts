import type { Card } from '../../schemas/joining/card.ts'
import type { Introduction } from '../../schemas/joining/introduction.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import { isOpen } from './rule.ts'

/** Why a try came to nothing, as an operator reads it. */
export interface Failure {
  code: string
  reason: string
}

const SECOND_DIALS_AFTER_MS = 15_000
const FIRST_MS = 10_000
const LONGEST_MS = 600_000
const DAY_MS = 24 * 3_600_000
const TRIED_FOR_MS = 7 * DAY_MS
const OFFERED_FOR_MS = 30 * DAY_MS
/** What came to nothing is shown for so long. */
const SHOWN_FOR_MS = 30 * DAY_MS
/** The other one is told within moments of this one. */
const NOT_TOLD_YET = 'introduction_unknown'
const MOMENTS = 4

/** Both open connections instead of being dialled. Another try changes nothing, unless one was on its way elsewhere. */
export const NEITHER = 'neither_reachable'
const TRIES_OF_NEITHER = 3

/** A refusal that comes back is not proven to be the other server's, so it ends nothing: it is asked again, seldom. */
const REFUSALS: ReadonlySet<string> = new Set([
  'removed_here',
  'introductions_off',
  'name_conflict',
  'identity_conflict'
])

/** Milliseconds. Who can dial while the other cannot dials first, else the smaller node id: two that were told at once do not cross. */
export function waitsToDial(
  { reach, node_id }: Pick<Card, 'reach' | 'node_id'>,
  self: { nodeId: string; isReverse: boolean }
): number {
  const isFirst = self.isReverse === (reach === 'reverse') ? self.nodeId < node_id : self.isReverse
  return isFirst ? 0 : SECOND_DIALS_AFTER_MS
}

/** What a failed try leaves: another one from 10 s to 10 min later, and after seven days the reason. */
export function afterFailure(
  { nextAt: _, ...record }: Introduction,
  { code, reason }: Failure,
  now: number
): Introduction {
  const since = new Date(now).toISOString()
  const attempts = record.code === code ? record.attempts + 1 : 1
  const told = { ...record, attempts, code, reason }
  if (code === NEITHER && attempts >= TRIES_OF_NEITHER) return { ...told, state: 'unreachable', since }
  if (now - Date.parse(record.openedAt) >= TRIED_FOR_MS)
    return { ...told, state: REFUSALS.has(code) ? 'refused' : 'unreachable', since }
  const nextAt = new Date(now + delayAfter(attempts, code)).toISOString()
  return { ...told, state: 'waiting', nextAt, since: record.state === 'waiting' ? record.since : since }
}

/** What is tried at once when this server is in another network; undefined: it stays as it is. */
export function retried(record: Introduction, now: number): Introduction | undefined {
  const nextAt = new Date(now).toISOString()
  if (record.state === 'waiting') return { ...record, nextAt }
  const isNeither = record.state === 'unreachable' && record.code === NEITHER
  return isNeither ? { ...record, state: 'waiting', attempts: 0, nextAt, since: nextAt } : undefined
}

export function delayAfter(attempts: number, code: string): number {
  if (code === NOT_TOLD_YET && attempts <= MOMENTS) return 500 * 2 ** (attempts - 1)
  if (REFUSALS.has(code)) return LONGEST_MS
  const times = code === NOT_TOLD_YET ? attempts - MOMENTS : attempts
  return Math.min(FIRST_MS * 2 ** Math.min(times - 1, 10), LONGEST_MS)
}

/** Whoever was taken out introduces nobody any more. */
export const mayIntroduce = (introducer: Pick<Member, 'state'> | undefined) =>
  introducer !== undefined && !isOut(introducer)

interface Around {
  members: readonly Pick<Member, 'id' | 'state' | 'card'>[]
  now: number
}

/** What time and the members make of a record: undefined where it goes. */
export function tidied(record: Introduction, { members, now }: Around): Introduction | undefined {
  const joined = members.some(({ state, card }) => state === 'active' && card?.identity === record.card.identity)
  if (joined) return undefined
  const age = now - Date.parse(record.since)
  if (!isOpen(record)) return age >= SHOWN_FOR_MS ? undefined : record
  const introducer = members.find(({ id }) => id === record.by.id)
  // What an operator allowed is the operator's own.
  if (!mayIntroduce(introducer) && record.allowedAt === undefined) return undefined
  if (record.state === 'offered' && age >= OFFERED_FOR_MS)
    return { ...record, state: 'expired', reason: 'nobody decided within 30 days', since: new Date(now).toISOString() }
  return record
}
