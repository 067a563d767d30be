import type { UsageRange as Key } from '../../schemas/deployments/usage.ts'

interface Range {
  key: Key
  word: string
  spanMs: number
  /** The span of one point on the node. */
  stepMs: number
}

const HOUR: Range = { key: 'hour', word: '1 h', spanMs: 3_600_000, stepMs: 10_000 }
const RANGES: readonly Range[] = [
  HOUR,
  { key: 'day', word: '24 h', spanMs: 86_400_000, stepMs: 120_000 },
  { key: 'week', word: '7 d', spanMs: 604_800_000, stepMs: 900_000 }
]

/** The spans over which figures can be looked at. */
export const UsageRange = {
  all: RANGES,
  /** The finest that still holds a moment. */
  holding: (at: number): Range => RANGES.find(({ spanMs }) => Date.now() - at <= spanMs) ?? HOUR,
  of: (key: string): Range => RANGES.find((range) => range.key === key) ?? HOUR
}
