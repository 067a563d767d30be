/** Latencies are counted in bins, each a third wider than the one before, so that quantiles of any span can be added up. */
export const BINS = 32
const RATIO = 4 / 3

export function binOf(ms: number): number {
  if (!(ms > 1)) return 0
  return Math.min(BINS - 1, Math.ceil(Math.log(ms) / Math.log(RATIO)))
}

/** Milliseconds that stand for a bin: its geometric middle, so that the error is at most 16 % either way. */
export const msOf = (bin: number) => RATIO ** (bin - 0.5)

/** The bin below whose end that share of all counted ones lies; undefined where none were counted. */
export function quantileBin(counts: ArrayLike<number>, share: number): number | undefined {
  let total = 0
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin] ?? 0
  if (total === 0) return undefined
  let seen = 0
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin] ?? 0
    if (seen >= share * total) return bin
  }
  return counts.length - 1
}

/** The latency below which that share of all counted ones lies; undefined where none were counted. */
export function quantile(counts: ArrayLike<number>, share: number): number | undefined {
  const bin = quantileBin(counts, share)
  return bin === undefined ? undefined : msOf(bin)
}
