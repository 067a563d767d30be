import type { ProblemKind } from '../../schemas/alerts/incident.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The times of telling, in milliseconds. Each trades being told at once against being told often. */
export const PACE = {
  /** Peers whose outages began within this time went by one cause. Probes notice a cut within 40 s. */
  oneCutMs: MINUTE,
  /** A peer that others reach, or that is away because this server is cut off, is told of after so long. */
  linkMs: 10 * MINUTE,
  /** What ends bit by bit is told when nothing more has ended for this time. */
  settleMs: MINUTE,
  /** Whatever holds a message back is looked at again after this. */
  lookAgainMs: MINUTE,
  /** The window in which messages and relapses are counted. */
  messagesWithinMs: 15 * MINUTE,
  relapsesWithinMs: HOUR
} as const

const GATHER_MS = [10 * SECOND, 2 * MINUTE, 5 * MINUTE] as const
const LONGEST_CALM_MS = HOUR

/** How long what comes is gathered for one message: the more messages went out lately, the longer. */
export function gatherMs(messagesLately: number): number {
  const step = messagesLately < 2 ? 0 : messagesLately < 4 ? 1 : 2
  return GATHER_MS[step]
}

/** How long a problem must be over before it counts as over. One that keeps coming back must be calm for longer each time. */
export function calmMs(kind: ProblemKind, relapses: number): number {
  // The health of a peer waits for two good answers, and longer where it flaps.
  const first = kind === 'peer' ? 0 : MINUTE
  return relapses === 0 ? first : Math.min(MINUTE * 2 ** Math.min(relapses, 10), LONGEST_CALM_MS)
}
