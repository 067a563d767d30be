import type { ProbeAnswer, Verdict } from '../../schemas/health.ts'
import { type Check, createChecks } from './checks.ts'
import { type Bucket, createTier } from './tier.ts'

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
const VERSION = 1

export type Track = ReturnType<typeof createTrack>

/** Everything that is remembered of one peer, in a fixed size. */
export function createTrack(now: number, stored?: Uint8Array) {
  const checks = createChecks(CHECKS)
  const day = createTier(24, HOUR)
  const month = createTier(30, 24 * HOUR)
  const parts = [...checks.parts, ...day.parts, ...month.parts]
  let transitions: Transition[] = []
  let accounted = now
  if (stored) restore(stored)

  return {
    answered(answer: ProbeAnswer, verdict: Verdict, now: number, wall: number) {
      checks.add(answer)
      for (const tier of [day, month]) tier.check(wall, answer.ok ? answer.durationMs : undefined)
      // A suspicion turns out to have been up or down only when it ends.
      if (verdict !== 'suspect') account(standing(verdict), now, wall)
    },
    changed(transition: Transition, now: number) {
      const { from, to, at } = transition
      account(from === 'suspect' ? (to === 'online' ? 'up' : 'down') : standing(from), now, at)
      transitions = [...transitions.slice(1 - TRANSITIONS), transition]
    },
    transitions: (): readonly Transition[] => transitions,
    lastChecks: (count: number): Check[] => checks.last(count),
    day: (wall: number): Bucket[] => day.buckets(wall),
    month: (wall: number): Bucket[] => month.buckets(wall),
    latency: (wall: number) => day.quantiles(wall),
    uptime: (wall: number) => ({ day: share(day.buckets(wall)), month: share(month.buckets(wall)) }),
    bytes(): Uint8Array {
      const tail = Buffer.from(JSON.stringify(transitions))
      return Buffer.concat([Buffer.from([VERSION]), ...parts.map(bytesOf), tail])
    }
  }

  function account(as: 'up' | 'down' | 'unknown', now: number, wall: number) {
    const ms = Math.max(0, now - accounted)
    accounted = now
    if (as !== 'unknown') for (const tier of [day, month]) tier.span(wall, ms, as === 'up')
  }

  function restore(bytes: Uint8Array) {
    const fixed = parts.reduce((sum, part) => sum + part.byteLength, 1)
    // What an older or newer version wrote is no reason not to start.
    if (bytes[0] !== VERSION || bytes.length < fixed) return
    let offset = 1
    for (const part of parts) {
      bytesOf(part).set(bytes.subarray(offset, offset + part.byteLength))
      offset += part.byteLength
    }
    transitions = readTransitions(bytes.subarray(offset))
    for (const part of [checks, day, month]) part.restored()
  }
}

function standing(verdict: Verdict): 'up' | 'down' | 'unknown' {
  if (verdict === 'online') return 'up'
  return verdict === 'offline' || verdict === 'rejected' || verdict === 'incompatible' ? 'down' : 'unknown'
}

/** Of the time in which the peer was known to be up or down. */
function share(buckets: readonly Bucket[]): number | undefined {
  const up = buckets.reduce((sum, { upMs }) => sum + upMs, 0)
  const down = buckets.reduce((sum, { downMs }) => sum + downMs, 0)
  return up + down === 0 ? undefined : up / (up + down)
}

const bytesOf = (part: Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array) =>
  new Uint8Array(part.buffer, part.byteOffset, part.byteLength)

function readTransitions(bytes: Uint8Array): Transition[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
