/** How much a machine may be filled before that is a problem, in percent: the overview and the messages agree. */
export const FULL = { disk: 90, memory: 95 } as const
