import type { Room } from './arena.ts'
import { BINS, binOf, msOf, quantile, quantileBin } from './latency.ts'

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

export interface TierShape {
  buckets: number
  widthMs: number
  /**
   * Whether every bucket keeps the latencies that it counted, so that those of several can be added up. Else only the
   * newest does, and the others keep two quantiles.
   */
  addable: boolean
}

const FIELDS = 5
const [NUMBER, CHECKS, FAILED, UP, DOWN] = [0, 1, 2, 3, 4] as const
const FULL = 65_535
/** A clock that is put right by this much or less has written nothing that is worth dropping. */
export const STEP_BACK_MS = 300_000

/**
 * So many buckets of equal width, the newest in place of the oldest. Numbers in typed arrays, and one class for all: a
 * hundred buckets of ten thousand peers as objects would cost more memory than everything else.
 */
export class Tier {
  readonly #shape: TierShape
  readonly #fields: Uint32Array
  readonly #bins: Uint16Array
  /** Of each bucket that keeps no latencies: the bins of its median and its 99th percentile, from 1; 0 for none. */
  readonly #quantiles: Uint8Array
  #newest = 0

  constructor(room: Room, shape: TierShape) {
    this.#shape = shape
    this.#fields = room.take(Uint32Array, shape.buckets * FIELDS)
    this.#bins = room.take(Uint16Array, (shape.addable ? shape.buckets : 1) * BINS)
    this.#quantiles = room.take(Uint8Array, shape.addable ? 0 : shape.buckets * 2)
  }

  /** After the room was filled from outside. */
  restored() {
    for (let slot = 0; slot < this.#shape.buckets; slot++) this.#newest = Math.max(this.#newest, this.#numberOf(slot))
  }

  check(wall: number, latencyMs: number | undefined) {
    // A clock that was set back a little goes on in the newest bucket.
    const slot = this.#slotAt(Math.max(wall, this.#newest * this.#shape.widthMs))
    this.#add(slot, CHECKS, 1)
    if (latencyMs === undefined) return this.#add(slot, FAILED, 1)
    const counts = this.#countsOf(slot)
    const bin = binOf(latencyMs)
    if (counts) counts[bin] = Math.min(FULL, (counts[bin] ?? 0) + 1)
  }

  /** Counts a span that ends now, bucket by bucket. */
  span(wall: number, ms: number, up: boolean) {
    const { buckets, widthMs } = this.#shape
    let end = wall
    let left = Math.min(ms, buckets * widthMs)
    while (left > 0) {
      const start = Math.floor(end / widthMs) * widthMs
      const part = Math.min(left, end - start || widthMs)
      this.#add(this.#slotAt(Math.max(end - part, 0)), up ? UP : DOWN, Math.round(part))
      left -= part
      end -= part
    }
  }

  /** Drops what a clock wrote that was far ahead. */
  forgetAfter(wall: number) {
    const last = this.#lastNumber(wall)
    if (this.#newest <= last) return
    const slots = Array.from({ length: this.#shape.buckets }, (_, slot) => slot)
    for (const slot of slots.filter((slot) => this.#numberOf(slot) > last)) this.#empty(slot)
    if (!this.#shape.addable) this.#bins.fill(0)
    this.#newest = 0
    this.restored()
  }

  /** The kept buckets, oldest first; empty ones are left out. */
  buckets(wall: number): Bucket[] {
    return this.#slots(wall)
      .sort((a, b) => this.#numberOf(a) - this.#numberOf(b))
      .map((slot) => this.#bucketIn(slot))
  }

  /** Over all kept buckets; of those that keep no latencies none. */
  quantiles(wall: number) {
    const sum = new Float64Array(BINS)
    for (const slot of this.#slots(wall)) {
      const counts = this.#countsOf(slot)
      for (let bin = 0; bin < BINS; bin++) sum[bin] = (sum[bin] ?? 0) + (counts?.[bin] ?? 0)
    }
    return { p50Ms: quantile(sum, 0.5), p99Ms: quantile(sum, 0.99) }
  }

  #slots(wall: number) {
    const { buckets, widthMs } = this.#shape
    const oldest = Math.max(0, Math.floor(wall / widthMs) - buckets)
    const last = this.#lastNumber(wall)
    return Array.from({ length: buckets }, (_, slot) => slot).filter((slot) => {
      const number = this.#numberOf(slot)
      return number > oldest && number <= last
    })
  }

  #lastNumber(wall: number) {
    return Math.floor((wall + STEP_BACK_MS) / this.#shape.widthMs)
  }

  #numberOf(slot: number) {
    return this.#fields[slot * FIELDS + NUMBER] ?? 0
  }

  /** Where the latencies of a bucket are counted; undefined where they are not any more. */
  #countsOf(slot: number): Uint16Array | undefined {
    if (this.#shape.addable) return this.#bins.subarray(slot * BINS, (slot + 1) * BINS)
    return this.#numberOf(slot) === this.#newest ? this.#bins : undefined
  }

  /** The slot of that time, emptied when it held an older one. What is older than all that is kept goes to the newest. */
  #slotAt(wall: number): number {
    const { buckets, widthMs } = this.#shape
    const wanted = Math.floor(wall / widthMs)
    const number = wanted > this.#newest - buckets ? wanted : this.#newest
    const slot = number % buckets
    if (this.#numberOf(slot) !== number) this.#begin(slot, number)
    return slot
  }

  #begin(slot: number, number: number) {
    if (!this.#shape.addable && number > this.#newest) this.#sumUp()
    this.#empty(slot)
    this.#fields[slot * FIELDS + NUMBER] = number
    this.#newest = Math.max(this.#newest, number)
  }

  #empty(slot: number) {
    if (this.#shape.addable) this.#countsOf(slot)?.fill(0)
    this.#quantiles.fill(0, slot * 2, slot * 2 + 2)
    this.#fields.fill(0, slot * FIELDS, (slot + 1) * FIELDS)
  }

  /** Nothing more is counted in the newest bucket: two quantiles are all that stays of its latencies. */
  #sumUp() {
    const slot = this.#newest % this.#shape.buckets
    this.#quantiles[slot * 2] = (quantileBin(this.#bins, 0.5) ?? -1) + 1
    this.#quantiles[slot * 2 + 1] = (quantileBin(this.#bins, 0.99) ?? -1) + 1
    this.#bins.fill(0)
  }

  #add(slot: number, field: number, amount: number) {
    const index = slot * FIELDS + field
    this.#fields[index] = Math.min(0xffffffff, (this.#fields[index] ?? 0) + amount)
  }

  #bucketIn(slot: number): Bucket {
    const field = (name: number) => this.#fields[slot * FIELDS + name] ?? 0
    const counts = this.#countsOf(slot)
    const kept = (at: 0 | 1) => {
      const bin = this.#quantiles[slot * 2 + at] ?? 0
      return bin === 0 ? undefined : msOf(bin - 1)
    }
    return {
      at: field(NUMBER) * this.#shape.widthMs,
      ...{ checks: field(CHECKS), failed: field(FAILED), upMs: field(UP), downMs: field(DOWN) },
      p50Ms: counts ? quantile(counts, 0.5) : kept(0),
      p99Ms: counts ? quantile(counts, 0.99) : kept(1)
    }
  }
}
