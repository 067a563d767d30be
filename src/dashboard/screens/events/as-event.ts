import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'
import type { Told } from '../../lib/words/words.ts'

/** A row as the event that it is, for the words. */
export const asEvent = ({ type, from, to, reason, facts, deployment }: TimelineRow): Told => ({
  type,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
  ...(reason !== undefined && { reason }),
  facts: { ...facts, ...(deployment !== undefined && { deployment }) }
})
