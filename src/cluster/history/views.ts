import type {
  BucketView,
  CheckView,
  HistoryRange,
  PeerHistory,
  PeerPast,
  TransitionView
} from '../../schemas/history.ts'
import type { Check } from './checks.ts'
import type { Track, Transition } from './peer-timeline.ts'
import type { Bucket } from './rollup.ts'

const SPAN_MS: Record<HistoryRange, number> = { hour: 3_600_000, day: 86_400_000, month: 30 * 86_400_000 }

/** A peer's past as its page shows it; of an unknown track there is none yet. */
export function pastOf(track: Track | undefined, wall: number): PeerPast {
  if (!track) return { checks: [], transitions: [] }
  return {
    ...summaryOf(track, wall),
    checks: track.lastChecks(50).map(checkView),
    transitions: track.transitions().slice(-10).map(transitionView)
  }
}

export function historyOf(track: Track | undefined, range: HistoryRange, wall: number): PeerHistory {
  if (!track) return { range, checks: [], buckets: [], transitions: [] }
  const from = wall - SPAN_MS[range]
  const checks = range === 'hour' ? track.lastChecks(Number.POSITIVE_INFINITY) : []
  const buckets = range === 'hour' ? [] : track[range](wall)
  return {
    range,
    ...summaryOf(track, wall),
    checks: checks.filter(({ at }) => at >= from).map(checkView),
    buckets: buckets.map(bucketView),
    transitions: track
      .transitions()
      .filter(({ at }) => at >= from)
      .map(transitionView)
  }
}

function summaryOf(track: Track, wall: number) {
  const uptime = track.uptime(wall)
  return {
    ...(uptime.day !== undefined && { uptime_24h: uptime.day }),
    ...(uptime.month !== undefined && { uptime_30d: uptime.month }),
    ...latencyView(track.latency(wall))
  }
}

const checkView = ({ at, ok, durationMs, class: failure }: Check): CheckView => ({
  ...{ at: iso(at), ok, duration_ms: durationMs },
  ...(failure && { class: failure })
})

const transitionView = ({ at, from, to, reason }: Transition): TransitionView => ({ at: iso(at), from, to, reason })

const bucketView = ({ at, checks, failed, upMs, downMs, ...latency }: Bucket): BucketView => ({
  ...{ at: iso(at), checks, failed, up_ms: upMs, down_ms: downMs },
  ...latencyView(latency)
})

const latencyView = ({ p50Ms, p99Ms }: { p50Ms: number | undefined; p99Ms: number | undefined }) => ({
  ...(p50Ms !== undefined && { p50_ms: round(p50Ms) }),
  ...(p99Ms !== undefined && { p99_ms: round(p99Ms) })
})

const iso = (at: number) => new Date(at).toISOString()
const round = (ms: number) => Math.round(ms * 10) / 10
