import { BINS, binOf, quantile } from './latency.ts'

/** What is kept of one span of time. */
export interface Bucket {
  /** Wall milliseconds at which it begins. */
  at: number
  checks: number
  failed: number
  upMs: number
  downMs: number
  p50Ms: number | undefined
  p99Ms: number | undefined
}

const FIELDS = 5
const [NUMBER, CHECKS, FAILED, UP, DOWN] = [0, 1, 2, 3, 4] as const
const FULL = 65_535

export type Tier = ReturnType<typeof createTier>

/**
 * So many buckets of equal width, the newest in place of the oldest. Numbers in two typed arrays: a hundred buckets of
 * ten thousand peers as objects would cost more memory than everything else.
 */
export function createTier(buckets: number, widthMs: number) {
  const fields = new Uint32Array(buckets * FIELDS)
  const bins = new Uint16Array(buckets * BINS)
  let newest = 0

  return {
    widthMs,
    parts: [fields, bins] as const,
    /** After `parts` were filled from outside. */
    restored() {
      for (let slot = 0; slot < buckets; slot++) newest = Math.max(newest, fields[slot * FIELDS + NUMBER] ?? 0)
    },
    check(wall: number, latencyMs: number | undefined) {
      const slot = slotAt(wall)
      add(slot, CHECKS, 1)
      if (latencyMs === undefined) add(slot, FAILED, 1)
      else {
        const bin = slot * BINS + binOf(latencyMs)
        bins[bin] = Math.min(FULL, (bins[bin] ?? 0) + 1)
      }
    },
    /** Counts a span that ends now, bucket by bucket. */
    span(wall: number, ms: number, up: boolean) {
      let end = wall
      let left = Math.min(ms, buckets * widthMs)
      while (left > 0) {
        const start = Math.floor(end / widthMs) * widthMs
        const part = Math.min(left, end - start || widthMs)
        add(slotAt(Math.max(end - part, 0)), up ? UP : DOWN, Math.round(part))
        left -= part
        end -= part
      }
    },
    /** The kept buckets that began within so many milliseconds, oldest first; empty ones are left out. */
    buckets(wall: number): Bucket[] {
      const oldest = Math.floor(wall / widthMs) - buckets
      return slots()
        .filter((slot) => numberOf(slot) > oldest)
        .sort((a, b) => numberOf(a) - numberOf(b))
        .map(bucketOf)
    },
    /** Over all kept buckets. */
    quantiles(wall: number) {
      const oldest = Math.floor(wall / widthMs) - buckets
      const sum = new Float64Array(BINS)
      for (const slot of slots()) {
        if (numberOf(slot) <= oldest) continue
        for (let bin = 0; bin < BINS; bin++) sum[bin] = (sum[bin] ?? 0) + (bins[slot * BINS + bin] ?? 0)
      }
      return { p50Ms: quantile(sum, 0.5), p99Ms: quantile(sum, 0.99) }
    }
  }

  function slots() {
    return Array.from({ length: buckets }, (_, slot) => slot).filter((slot) => numberOf(slot) > 0)
  }

  function numberOf(slot: number) {
    return fields[slot * FIELDS + NUMBER] ?? 0
  }

  /** The slot of that time, emptied when it held an older one. A clock that was set back goes on in the newest. */
  function slotAt(wall: number): number {
    const wanted = Math.floor(wall / widthMs)
    const number = wanted > newest - buckets ? wanted : newest
    const slot = number % buckets
    if (numberOf(slot) !== number) {
      fields.fill(0, slot * FIELDS, (slot + 1) * FIELDS)
      bins.fill(0, slot * BINS, (slot + 1) * BINS)
      fields[slot * FIELDS + NUMBER] = number
      newest = Math.max(newest, number)
    }
    return slot
  }

  function add(slot: number, field: number, amount: number) {
    const index = slot * FIELDS + field
    fields[index] = Math.min(0xffffffff, (fields[index] ?? 0) + amount)
  }

  function bucketOf(slot: number): Bucket {
    const field = (name: number) => fields[slot * FIELDS + name] ?? 0
    const counts = bins.subarray(slot * BINS, (slot + 1) * BINS)
    return {
      at: field(NUMBER) * widthMs,
      ...{ checks: field(CHECKS), failed: field(FAILED), upMs: field(UP), downMs: field(DOWN) },
      ...{ p50Ms: quantile(counts, 0.5), p99Ms: quantile(counts, 0.99) }
    }
  }
}
