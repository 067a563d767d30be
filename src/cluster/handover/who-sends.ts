import { createHash } from 'node:crypto'

/** How long each of those in line waits for the one before it. */
export const TURN_MS = 20_000

/**
 * The line of those who have the same target, for one thing that is told: rendezvous hashing (Thaler and Ravishankar
 * 1998). All compute the same without asking, things are spread over all, and who goes or comes moves only its own share.
 */
export function lineOf(nodeIds: readonly string[], about: string): string[] {
  const weight = (nodeId: string) => createHash('sha256').update(`${about}\n${nodeId}`).digest('hex')
  const weighed = [...new Set(nodeIds)].map((nodeId) => ({ nodeId, weight: weight(nodeId) }))
  return weighed.sort((a, b) => (a.weight < b.weight ? -1 : 1)).map(({ nodeId }) => nodeId)
}

/** So many have a whole turn: that all of them fail, or see no fault, is rare. The others follow each other closely. */
const TURNS = 3
const SHORT_TURN_MS = 2_000

/** How long this node waits for others to say that they told it; 0 for the first in line. */
export function waitOf(self: string, others: readonly string[], about: string): number {
  const place = lineOf([self, ...others], about).indexOf(self)
  return Math.min(place, TURNS) * TURN_MS + Math.max(0, place - TURNS) * SHORT_TURN_MS
}
