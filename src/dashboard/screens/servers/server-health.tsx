import { useMemo } from 'preact/hooks'
import type { PeerHistory } from '../../../schemas/history.ts'
import type { PeerView } from '../../../schemas/peer.ts'
import { segment } from '../../lib/access/api.ts'
import { begun, withHoles } from '../../lib/axis.ts'
import { createResource, useResource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import { longSpan } from '../../lib/words/amounts.ts'
import { millis, wall } from '../../lib/words/format.ts'
import { When } from '../../parts/ago.tsx'
import { Checks, causeOf } from '../../parts/charts/checks.tsx'
import { LineChart } from '../../parts/charts/line-chart.tsx'
import { marksOf } from '../../parts/charts/marks.ts'
import { useZoom, Zoomed } from '../../parts/charts/zoom.tsx'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { VerdictMark } from '../../parts/state.tsx'

const RANGES = [
  ['hour', 'Hour', 3_600_000],
  ['day', 'Day', 86_400_000],
  ['month', 'Month', 30 * 86_400_000]
] as const

/** Did it happen before: uptime, the last checks, latency over time, every change of state with its reason. */
export function ServerHealth({ peer }: { peer: PeerView }) {
  const { api, route, histories } = useDesk()
  const checks = histories.checks(peer.name).data.value ?? []
  const [range, , spanMs] = RANGES.find(([key]) => key === route.param('range')) ?? RANGES[0]
  const history = useMemo(
    () =>
      createResource<PeerHistory>({
        load: (signal) => api.get(`/cluster/peers/${segment(peer.name)}/history?range=${range}`, signal),
        everyMs: 30_000
      }),
    [peer.name, range]
  )
  useResource(history)
  const past = history.data.value
  const { span } = useZoom()
  const to = history.at.value || Date.now()

  return (
    <>
      <dl class="facts">
        <div>
          <dt>Up, {knownFor(peer, 24 * 3_600_000, '24 hours')}</dt>
          <dd>{share(past?.uptime_24h)}</dd>
        </div>
        <div>
          <dt>Up, {knownFor(peer, 30 * 86_400_000, '30 days')}</dt>
          <dd>{share(past?.uptime_30d)}</dd>
        </div>
        <div>
          <dt>Typical answer</dt>
          <dd>{millis(past?.p50_ms)}</dd>
        </div>
        <div>
          <dt>Slowest 1 %</dt>
          <dd>{millis(past?.p99_ms)}</dd>
        </div>
        <div class="long">
          <dt>Last {checks.length > 0 ? Math.min(50, checks.length) : 50} checks</dt>
          <dd>
            <Checks checks={checks} />
          </dd>
        </div>
      </dl>

      <div class="section">
        <h2>Latency</h2>
        <div class="tabs push" role="group" aria-label="Range">
          {RANGES.map(([key, word]) => (
            <button
              key={key}
              type="button"
              aria-pressed={key === range}
              onClick={() => route.set({ range: key === 'hour' ? undefined : key, from: undefined, to: undefined })}
            >
              {word}
            </button>
          ))}
          <Zoomed />
        </div>
      </div>
      <FaultNotice of={history} what="its history" />
      {past && <Latency past={past} peer={peer.name} {...(span ?? { from: to - spanMs, to })} />}
      {past && <Transitions past={past} />}
      <Failures name={peer.name} />
    </>
  )
}

function Latency(props: { past: PeerHistory; peer: string; from: number; to: number }) {
  const { past, peer, from, to } = props
  const { live, self } = useDesk()
  const { span } = useZoom()
  const hourly = past.range === 'hour'
  const answers = withHoles({
    times: past.checks.map(({ at }) => wall(at) ?? 0),
    values: past.checks.map(({ ok, duration_ms }) => (ok ? duration_ms : undefined))
  })
  const times = hourly ? answers.times : past.buckets.map(({ at }) => wall(at) ?? 0)
  const series = hourly
    ? [{ name: 'answer', tone: 'c1', values: answers.values }]
    : [
        { name: 'typical (p50)', tone: 'c1', values: past.buckets.map(({ p50_ms }) => p50_ms) },
        { name: 'slowest 1 % (p99)', tone: 'c2', values: past.buckets.map(({ p99_ms }) => p99_ms) }
      ]
  return (
    <LineChart
      title="Time to answer"
      times={times}
      series={series}
      format={(value) => millis(value)}
      group="latency"
      from={span ? from : begun({ from, to, first: times[0] })}
      to={to}
      marks={marksOf(live.events.value, { names: [peer], self: self.value, from, to })}
      note={hourly ? 'each check; gaps are failures' : ''}
    />
  )
}

function Transitions({ past }: { past: PeerHistory }) {
  if (past.transitions.length === 0) return <p class="soft">No change of state in this time.</p>
  return (
    <>
      <div class="section">
        <h2>Changes of state</h2>
      </div>
      <ul class="news">
        {past.transitions.toReversed().map((change) => (
          <li key={change.at}>
            <When at={wall(change.at)} />
            <VerdictMark verdict={change.to} />
            <span class="foreign">
              {change.reason} <span class="faint">(was {change.from})</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Failures({ name }: { name: string }) {
  const { histories } = useDesk()
  const failed = (histories.checks(name).data.value ?? [])
    .filter(({ ok }) => !ok)
    .slice(-8)
    .reverse()
  if (failed.length === 0) return null
  return (
    <>
      <div class="section">
        <h2>Failed checks</h2>
      </div>
      <ul class="news">
        {failed.map((check) => (
          <li key={check.at}>
            <When at={check.at} />
            <span class="soft">after {millis(check.ms)}</span>
            <span class="foreign">{causeOf(check.why)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** The span that a share is of: nobody is known for longer than since the join. */
function knownFor({ created_at }: PeerView, spanMs: number, words: string): string {
  const known = Date.now() - (wall(created_at) ?? 0)
  return known < spanMs ? `${longSpan(known)} since it joined` : words
}

/** 99.97 %, and never a rounded 100 for what was not whole. */
function share(value: number | undefined): string {
  if (value === undefined) return '–'
  if (value >= 1) return '100 %'
  return `${(Math.floor(value * 10_000) / 100).toFixed(2)} %`
}
