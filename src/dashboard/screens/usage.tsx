import '../styles/later.css'
import { useMemo } from 'preact/hooks'
import { begun } from '../lib/axis.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import type { ServerRow } from '../lib/data/rows.ts'
import { alignedBy, loadUsage, type Usage } from '../lib/data/usage.ts'
import { useDesk } from '../lib/desk.ts'
import { UsageRange } from '../lib/ranges.ts'
import { percent } from '../lib/words/format.ts'
import { LineChart } from '../parts/charts/line-chart.tsx'
import { marksOf } from '../parts/charts/marks.ts'
import { useZoom, Zoomed } from '../parts/charts/zoom.tsx'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { Unanswered } from '../parts/failures/unanswered.tsx'
import { Figures } from './usage/figures.tsx'

const MOST = 8
const CHARTS = [
  ['cpu', 'CPU', 100],
  ['memory', 'Memory', 100],
  ['disk', 'Disk', 100],
  ['load', 'Load', undefined]
] as const

/** CPU, memory, disk and load of all servers on the same axes. */
export function UsageOfAll() {
  const { servers, stats } = useDesk()
  return (
    <>
      <FaultNotice of={stats} what="the figures" />
      <Unanswered slices={stats.data.value} />
      <Ranges />
      <Charts rows={servers.value} />
      <Figures rows={servers.value} />
    </>
  )
}

/** The same of one server. */
export function UsageOf({ name }: { name: string }) {
  const { servers } = useDesk()
  const rows = servers.value.filter((row) => row.name === name)
  return (
    <>
      <Ranges />
      <Charts rows={rows} />
      <Figures rows={rows} />
    </>
  )
}

function Ranges() {
  const { route } = useDesk()
  const range = UsageRange.of(route.param('range'))
  return (
    <div class="tabs ranges" role="group" aria-label="Range">
      {UsageRange.all.map(({ key, word }) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === range.key}
          onClick={() => route.set({ range: key === 'hour' ? undefined : key, from: undefined, to: undefined })}
        >
          {word}
        </button>
      ))}
      <Zoomed />
    </div>
  )
}

function Charts({ rows }: { rows: readonly ServerRow[] }) {
  const { api, route, self, live } = useDesk()
  const { span } = useZoom()
  const range = span ? UsageRange.holding(span.from) : UsageRange.of(route.param('range'))
  const named = route.query.value.getAll('of').filter((name) => rows.some((row) => row.name === name))
  const names = rows.map(({ name }) => name)
  // With many servers the busiest are drawn: nobody reads eighty lines.
  const busiest = rows.toSorted((a, b) => (b.load.cpu ?? 0) - (a.load.cpu ?? 0)).map(({ name }) => name)
  const chosen = named.length > 0 ? named : (names.length <= MOST ? names : busiest.slice(0, MOST)).toSorted()
  const key = `${range.key} ${[...chosen].sort().join('/')}`
  const usage = useMemo(
    () =>
      createResource<readonly Usage[]>({
        load: (signal) => loadUsage(api, { self: self.value, servers: chosen, range: range.key }, signal),
        everyMs: Math.max(10_000, range.stepMs / 4)
      }),
    [key]
  )
  useResource(usage)
  const known = usage.data.value ?? []
  const to = usage.at.value || Date.now()
  const first = known.flatMap(({ at }) => at[0] ?? []).sort((a, b) => a - b)[0]
  const whole = { from: begun({ from: to - range.spanMs, to, first }), to }
  const axis = { ...(span ?? whole), stepMs: range.stepMs }
  const marks = marksOf(live.events.value, { names: chosen, self: self.value, ...axis })
  const tones = new Map(chosen.map((name, index) => [name, `c${(index % 8) + 1}`]))
  const silent = known.filter(({ fault }) => fault)

  return (
    <>
      <p class="small row wrap source">
        {named.length > 0 && (
          <button type="button" class="button tiny" onClick={() => route.set({ of: undefined })}>
            Show {names.length <= MOST ? 'all' : 'the busiest'}
          </button>
        )}
        {chosen.length < names.length && named.length === 0 && (
          <span class="faint small">
            the {MOST} busiest of {names.length}
          </span>
        )}
      </p>
      {silent.length > 0 && (
        <p class="small soft source">
          No history from{' '}
          {silent.map(({ server, none, fault }, index) => (
            <span key={server} class="foreign">
              {index > 0 && ', '}
              {server} ({none ? 'it keeps none' : fault?.message})
            </span>
          ))}
          .
        </p>
      )}
      <div class="charts">
        {CHARTS.map(([figure, title, top]) => {
          const { times, lines } = alignedBy(known, figure, axis)
          return (
            <LineChart
              key={figure}
              title={title}
              times={times}
              series={lines.map(({ server, values }) => ({ name: server, tone: tones.get(server) ?? 'c8', values }))}
              format={
                figure === 'load' ? (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value))) : percent
              }
              top={top}
              group="servers"
              from={axis.from}
              to={axis.to}
              marks={marks}
            />
          )
        })}
      </div>
    </>
  )
}
