import { Type } from 'typebox'

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000
}

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+$/
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d)/g

export const DAY_MS = 86_400_000

/**
 * Milliseconds of a duration as Go writes it (`500ms`, `1h30m`), with `d` for 24 hours besides; undefined for any other
 * text. Go's sign and its bare `0` are left out: no duration of ours is negative or nothing.
 */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
  return total
}

/** A duration in a config: at least a millisecond, and at most a day where nothing else is said. */
export const Duration = (options: { default: string; description: string; longestMs?: number }) =>
  Type.String({
    format: 'go-duration',
    default: options.default,
    description: options.description,
    longestMs: options.longestMs ?? DAY_MS,
    examples: [options.default]
  })
