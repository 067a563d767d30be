import { sameName } from '../../schemas/names.ts'
import type { TimelineRow } from '../../schemas/timeline/timeline.ts'
import { isBefore, newestFirst, type Position, positionOf } from './position.ts'

/** Which rows are asked for: wall milliseconds, both ends included. */
export interface Window {
  fromMs?: number | undefined
  toMs?: number | undefined
  /** Only what stands before that. */
  before?: Position | undefined
  limit: number
  deployment?: string | undefined
  /** A server. */
  about?: string | undefined
}

/** The newest that a window holds, and whether there are more. */
export function within(rows: readonly TimelineRow[], window: Window): { rows: TimelineRow[]; more: boolean } {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, before, limit, deployment } = window
  const fits = (row: TimelineRow) => {
    const position = positionOf(row)
    const isAsked = deployment === undefined || row.deployment === deployment
    return isAsked && position.at >= fromMs && position.at <= toMs && (!before || isBefore(position, before))
  }
  const found = rows.filter(fits).sort(newestFirst)
  return { rows: found.slice(0, limit), more: found.length > limit }
}

/** Both of their sides are what they are about. */
const OF_TWO: ReadonlySet<string> = new Set([
  'peer.joined',
  'peer.confirmed',
  'peer.removed',
  'peer.left',
  'peer.rekeyed',
  'invite.spent'
])

/** Whether a row is about a server, whoever noted it; of what it noted of others it is not. */
export const isAbout = ({ type, server, peer }: TimelineRow, name: string): boolean =>
  sameName(peer ?? server, name) || (OF_TWO.has(type) && sameName(server, name))
