/** One line of the table. */
export interface Figure {
  what: string
  measured: string
  reach: string
  reached: boolean
}

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The same in every process of this machine. */
export const monotonic = () => Number(process.hrtime.bigint() / 1_000n) / 1_000
