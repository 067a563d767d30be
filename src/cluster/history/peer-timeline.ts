import type { ProbeAnswer, Verdict } from '../../schemas/health.ts'
import { Room } from './arena.ts'
import { type Check, Checks } from './checks.ts'
import { type Bucket, STEP_BACK_MS, Tier } from './rollup.ts'

export interface Transition {
  at: number
  from: Verdict
  to: Verdict
  reason: string
}

/** At the usual 30 s this is a little more than an hour. */
const CHECKS = 130
const TRANSITIONS = 50
const HOUR = 3_600_000
const DAY = { buckets: 24, widthMs: HOUR, addable: true }
const MONTH = { buckets: 30, widthMs: 24 * HOUR, addable: false }
const SIZE = 4_432
/** Of the bytes, as they are stored. */
const VERSION = 2

/** Everything that is remembered of one peer, in a fixed size. A class: there are as many as peers. */
export class Track {
  readonly #room = new Room(SIZE)
  readonly #checks = new Checks(this.#room, CHECKS)
  readonly #day = new Tier(this.#room, DAY)
  readonly #month = new Tier(this.#room, MONTH)
  #transitions: readonly Transition[] = []
  #accounted: number

  /** `now` is monotonic; `stored` are the bytes of an earlier one. */
  constructor(now: number, stored?: Uint8Array) {
    this.#accounted = now
    if (stored) this.#restore(stored)
  }

  answered(answer: ProbeAnswer, verdict: Verdict, now: number, wall: number) {
    this.#forgetAfter(wall)
    this.#checks.add(answer)
    const latencyMs = answer.ok ? answer.durationMs : undefined
    this.#day.check(wall, latencyMs)
    this.#month.check(wall, latencyMs)
    // A suspicion turns out to have been up or down only when it ends.
    if (verdict !== 'suspect') this.#account(standing(verdict), now, wall)
  }

  changed(transition: Transition, now: number) {
    const { from, to, at } = transition
    this.#forgetAfter(at)
    this.#account(from === 'suspect' ? (to === 'online' ? 'up' : 'down') : standing(from), now, at)
    this.#transitions = [...this.#transitions.slice(1 - TRANSITIONS), transition]
  }

  transitions(): readonly Transition[] {
    return this.#transitions
  }

  lastChecks(count: number): Check[] {
    return this.#checks.last(count)
  }

  day(wall: number): Bucket[] {
    return this.#day.buckets(wall)
  }

  month(wall: number): Bucket[] {
    return this.#month.buckets(wall)
  }

  /** Of the last day. */
  latency(wall: number) {
    return this.#day.quantiles(wall)
  }

  uptime(wall: number) {
    return { day: share(this.day(wall)), month: share(this.month(wall)) }
  }

  bytes(): Uint8Array {
    return Buffer.concat([Buffer.from([VERSION]), this.#room.bytes, Buffer.from(JSON.stringify(this.#transitions))])
  }

  /**
   * What lies ahead of a clock was written before it was put right. New values count at once, and the stretch that was
   * dated wrongly is lost: nobody knows by how much it was.
   */
  #forgetAfter(wall: number) {
    const limit = wall + STEP_BACK_MS
    for (const tier of [this.#day, this.#month]) tier.forgetAfter(wall)
    this.#checks.forgetAfter(limit)
    if (this.#transitions.some(({ at }) => at > limit))
      this.#transitions = this.#transitions.filter(({ at }) => at <= limit)
  }

  #account(as: 'up' | 'down' | 'unknown', now: number, wall: number) {
    const ms = Math.max(0, now - this.#accounted)
    this.#accounted = now
    if (as === 'unknown') return
    this.#day.span(wall, ms, as === 'up')
    this.#month.span(wall, ms, as === 'up')
  }

  #restore(bytes: Uint8Array) {
    // What an older or newer version wrote is no reason not to start.
    if (bytes[0] !== VERSION || bytes.length < SIZE + 1) return
    this.#room.bytes.set(bytes.subarray(1, SIZE + 1))
    this.#transitions = readTransitions(bytes.subarray(SIZE + 1))
    for (const part of [this.#checks, this.#day, this.#month]) part.restored()
  }
}

const DOWN: ReadonlySet<Verdict> = new Set(['offline', 'rejected', 'skewed', 'incompatible'])

function standing(verdict: Verdict): 'up' | 'down' | 'unknown' {
  if (verdict === 'online') return 'up'
  return DOWN.has(verdict) ? 'down' : 'unknown'
}

/** Of the time in which the peer was known to be up or down. */
function share(buckets: readonly Bucket[]): number | undefined {
  const up = buckets.reduce((sum, { upMs }) => sum + upMs, 0)
  const down = buckets.reduce((sum, { downMs }) => sum + downMs, 0)
  return up + down === 0 ? undefined : up / (up + down)
}

function readTransitions(bytes: Uint8Array): Transition[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
