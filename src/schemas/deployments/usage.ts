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

export const ContainerRange = Type.Enum(['hour', 'day'])
export type ContainerRange = Static<typeof ContainerRange>

const Known = Type.Array(Type.Union([Type.Number(), Type.Null()]))

/** How one container did: columns of the same length, oldest first; null where the engine gave no figure. */
const ContainerPast = Type.Object({
  name: Type.String(),
  service: Type.Optional(Type.String()),
  /** As the engine has it; gone, or unknown while the engine does not answer. */
  state: Type.String(),
  /** Since it was started last; absent while it does not run. */
  uptime_s: Type.Optional(Type.Integer()),
  /** How often its policy started it again. */
  restarts: Type.Optional(Type.Integer()),
  /** Wall milliseconds; a hole is a time in which nobody looked. */
  at: Type.Array(Type.Integer()),
  /** Percent; 100 is one processor. */
  cpu: Known,
  /** Bytes. */
  memory: Known,
  /** Bytes a second. */
  rx: Known,
  tx: Known,
  /** Percent of the looks in which it ran. */
  up: Figures,
  /** Starts that were seen in that time. */
  starts: Type.Array(Type.Integer())
})

/** How the containers of one deployment did over the last hour or day. */
export const ContainersPast = Type.Object({
  deployment: Type.String(),
  range: ContainerRange,
  /** The span that one point stands for. */
  step_ms: Type.Integer(),
  containers: Type.Array(ContainerPast)
})
export type ContainersPast = Static<typeof ContainersPast>
