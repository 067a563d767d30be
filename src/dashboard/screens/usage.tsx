import '../styles/later.css'
import { useMemo } from 'preact/hooks'
import { serverAt } from '../lib/address/places.ts'
import { begun } from '../lib/axis.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import type { ServerRow } from '../lib/data/rows.ts'
import { alignedBy, loadUsage, type Usage } from '../lib/data/usage.ts'
import { useDesk } from '../lib/desk.ts'
import { UsageRange } from '../lib/ranges.ts'
import { bytesOf, longSpan } from '../lib/words/amounts.ts'
import { percent } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'
import { LineChart } from '../parts/charts/line-chart.tsx'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { Unanswered } from '../parts/failures/unanswered.tsx'
import { VerdictMark } from '../parts/state.tsx'

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
          onClick={() => route.set({ range: key === 'hour' ? undefined : key })}
        >
          {word}
        </button>
      ))}
    </div>
  )
}

function Charts({ rows }: { rows: readonly ServerRow[] }) {
  const { api, route, self } = useDesk()
  const range = UsageRange.of(route.param('range'))
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
  const axis = { from: begun({ from: to - range.spanMs, to, first }), to, stepMs: range.stepMs }
  const tones = new Map(chosen.map((name, index) => [name, `c${(index % 8) + 1}`]))
  const silent = known.filter(({ fault }) => fault)

  return (
    <>
      <ul class="legend chosen" aria-label="Drawn servers">
        {chosen.map((name) => (
          <li key={name} class={`ink-${tones.get(name)}`}>
            <span class="foreign">{name}</span>
          </li>
        ))}
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
      </ul>
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
              legend={false}
            />
          )
        })}
      </div>
    </>
  )
}

function Figures({ rows }: { rows: readonly ServerRow[] }) {
  const { now } = useDesk()
  return (
    <>
      <div class="section">
        <h2>Now</h2>
      </div>
      <table class="table">
        <thead>
          <tr>
            <th class="first">Server</th>
            <th class="w-state">State</th>
            <th class="if-phone">CPU</th>
            <th>Memory</th>
            <th>Disk</th>
            <th class="if-mid">Load 1, 5, 15 min</th>
            <th class="w-time if-mid">Up for</th>
            <th class="w-act if-phone">Figures from</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, self, load, old, loadAt, verdict }) => (
            <tr key={name} class={old ? 'old' : ''}>
              <td class="first">
                <span class="row keep">
                  <a class="name cut foreign" href={serverAt(name, 'usage')}>
                    {name}
                  </a>
                  {self && <span class="tag">this server</span>}
                </span>
              </td>
              <td class="end">
                <span class="keep">
                  <VerdictMark verdict={verdict} />
                </span>
              </td>
              <td class="if-phone">
                {load.cpu === undefined ? '–' : percent(load.cpu)}
                {load.cores !== undefined && <span class="faint"> of {load.cores} cores</span>}
              </td>
              <td data-label="Mem">{ofTotal(load.memoryUsed, load.memoryTotal)}</td>
              <td data-label="Disk">{ofTotal(load.diskUsed, load.diskTotal)}</td>
              <td class="if-mid">
                {[load.load1, load.load5, load.load15].map((value) => value?.toFixed(2) ?? '–').join('  ')}
              </td>
              <td class="if-mid">{load.uptimeS === undefined ? '–' : longSpan(load.uptimeS * 1000)}</td>
              <td class="if-phone soft">
                {loadAt === undefined ? '–' : now.value - loadAt < 15_000 ? 'now' : <Ago at={loadAt} word=" ago" />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

const ofTotal = (used: number | undefined, total: number | undefined) =>
  used === undefined || total === undefined ? '–' : bytesOf(used, total)
