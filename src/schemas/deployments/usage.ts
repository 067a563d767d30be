import { type Static, Type } from 'typebox'

export const UsageRange = Type.Enum(['hour', 'day', 'week'])
export type UsageRange = Static<typeof UsageRange>

const Figures = Type.Array(Type.Number())

/** How a machine did over time: columns of the same length, oldest first. Percent, but for the load. */
export const UsagePast = Type.Object({
  range: UsageRange,
  /** The span that one point stands for. */
  step_ms: Type.Integer(),
  /** Wall milliseconds; a hole is a time in which the agent did not run. */
  at: Type.Array(Type.Integer()),
  cpu: Figures,
  memory: Figures,
  disk: Figures,
  load: Figures
})
export type UsagePast = Static<typeof UsagePast>
