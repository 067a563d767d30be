import '../styles/later.css'
import { useMemo } from 'preact/hooks'
import { aligned, begun } from '../lib/axis.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import type { ServerRow } from '../lib/data/rows.ts'
import { loadUsage, type Usage } from '../lib/data/usage.ts'
import { useDesk } from '../lib/desk.ts'
import { UsageRange } from '../lib/ranges.ts'
import { percent } from '../lib/words/format.ts'
import { LineChart } from '../parts/charts/line-chart.tsx'
import { marksOf } from '../parts/charts/marks.ts'
import { useZoom, Zoomed } from '../parts/charts/zoom.tsx'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { Unanswered } from '../parts/failures/unanswered.tsx'
import { NothingFits, SearchField } from '../parts/forms/filters.tsx'
import { TagChoices } from '../parts/forms/tag-choices.tsx'
import { verdictLook } from '../parts/state.tsx'
import { searched } from '../tables/searching.ts'
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
  const { servers, stats, route } = useDesk()
  const all = servers.value
  const rows = searched(all, route.param('q'), ({ name }) => name)
  return (
    <>
      <FaultNotice of={stats} what="the figures" />
      <Unanswered slices={stats.data.value} />
      <div class="filters">
        <Ranges />
        <TagChoices servers={all} />
        <span class="push" />
        <SearchField label="Filter servers: a name, web-*, @tag" />
      </div>
      {rows.length === 0 && all.length > 0 ? (
        <NothingFits what="server" names={['q']} />
      ) : (
        <>
          <Charts rows={rows} />
          <Figures rows={rows} />
        </>
      )}
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
          {silent.map((one, index) => (
            <span key={one.server} class="foreign">
              {index > 0 && '; '}
              {one.server}: {whyNone(one, rows)}
            </span>
          ))}
        </p>
      )}
      <div class="charts">
        {CHARTS.map(([figure, title, top]) => {
          const { times, lines } = aligned(
            known.map((one) => ({ name: one.server, at: one.at, values: one[figure] })),
            axis
          )
          return (
            <LineChart
              key={figure}
              title={title}
              times={times}
              series={lines.map((line) => ({ ...line, tone: tones.get(line.name) ?? 'c8' }))}
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

/** Of one that is away, how it is. */
function whyNone({ server, none, fault }: Usage, rows: readonly ServerRow[]): string {
  const verdict = rows.find(({ name }) => name === server)?.verdict ?? 'online'
  if (verdict !== 'online') return verdictLook(verdict).word
  return none ? 'it keeps none' : (fault?.message ?? 'it gave none')
}
