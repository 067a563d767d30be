import { areMost, FAILURE_KINDS, type FailureClass, type FailureKind } from '../../schemas/health.ts'
import type { Scope, Witness } from '../../schemas/opinions/opinion.ts'

/** How many are asked at a time: two would be wrong together too often, five say little more. */
export const WITNESSES = 3
/** In a cluster in which most know few others: so many are asked until three were found that know it. */
export const MOST_ASKED = 9

/** Others may reach what this node does not. What the peer itself said, and what is our own fault, they know no better. */
const OTHERS_CAN_TELL: ReadonlySet<FailureKind> = new Set(['unmet', 'barred'])

/**
 * Whether others are asked at that failure in a row: the first three, and while it lasts each fourth after that. The
 * second time reaches those whom the first draw left out: who is asked looks itself.
 */
export const isAskedAt = (failures: number, failed: FailureClass): boolean =>
  OTHERS_CAN_TELL.has(FAILURE_KINDS[failed]) && (failures < 3 || failures % 4 === 3)

/** Takes some out of those who may know, at random; `chance` gives numbers from 0 to 1. */
export function drawFrom<One>(left: One[], count: number, chance: () => number): One[] {
  const drawn: One[] = []
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(Math.floor(chance() * left.length), 1))
  return drawn
}

/** How the peers that are watched stand. */
export interface Census {
  peers: number
  failing: number
}

/**
 * What follows from the answers. It labels a verdict that stands by our own probes alone: whoever lies can change the
 * label, and neither the verdict nor when it ends.
 */
export function scopeOf(witnesses: readonly Pick<Witness, 'says'>[], { peers, failing }: Census): Scope {
  const count = (word: Witness['says']) => witnesses.filter(({ says }) => says === word).length
  const [up, down, silent] = [count('up'), count('down'), count('silent')]
  if (up > 0) return 'here_only'
  const mostFail = areMost(failing, peers)
  // Of three servers there is one to ask, and of those that were asked some may have died with it.
  if (down > 1 || (down === 1 && (silent === 0 || !mostFail))) return 'confirmed'
  return silent > 0 || mostFail ? 'cut_off' : 'alone'
}
