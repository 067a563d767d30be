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

/** How long this node waits for others to say that they told it; 0 for the first in line. */
export const waitOf = (self: string, others: readonly string[], about: string): number =>
  lineOf([self, ...others], about).indexOf(self) * TURN_MS
