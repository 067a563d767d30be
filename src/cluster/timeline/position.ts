import { BadRequest } from '../../errors/requests.ts'
import type { TimelineRow } from '../../schemas/timeline/timeline.ts'

/** Where a row stands among all: by its time, and of the same millisecond by its id. */
export interface Position {
  /** Wall milliseconds. */
  at: number
  id: string
}

export const positionOf = ({ at, id }: Pick<TimelineRow, 'at' | 'id'>): Position => ({ at: Date.parse(at), id })

export const isBefore = (one: Position, other: Position) =>
  one.at < other.at || (one.at === other.at && one.id < other.id)

export const newestFirst = (a: Pick<TimelineRow, 'at' | 'id'>, b: Pick<TimelineRow, 'at' | 'id'>) =>
  isBefore(positionOf(a), positionOf(b)) ? 1 : -1

export const cursorOf = ({ at, id }: Position) => `${at}~${id}`

/** @throws BadRequest */
export function readCursor(text: string): Position {
  const [, at, id] = /^(\d{1,16})~(.{0,160})$/.exec(text) ?? []
  if (at === undefined || id === undefined) throw new BadRequest('before: must be what an earlier answer gave as next')
  return { at: Number(at), id }
}
