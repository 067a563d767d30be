import { useMemo } from 'preact/hooks'
import { notOffered } from '../../lib/access/fault.ts'
import { aligned, begun } from '../../lib/axis.ts'
import { createResource, useResource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import { bytes } from '../../lib/words/amounts.ts'
import { percent } from '../../lib/words/format.ts'
import { LineChart } from '../../parts/charts/line-chart.tsx'
import { marksOf } from '../../parts/charts/marks.ts'
import { useZoom, Zoomed } from '../../parts/charts/zoom.tsx'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import type { Operations } from '../operations.ts'
import { ContainerTable, rate } from './container-table.tsx'
import { busiest, type ContainerPast, containersIn } from './containers.ts'

const RANGES = [
  { key: 'hour', word: '1 h', spanMs: 3_600_000, stepMs: 30_000 },
  { key: 'day', word: '24 h', spanMs: 86_400_000, stepMs: 600_000 }
] as const
const CHARTS = [
  ['cpu', 'CPU, of one core', percent],
  ['memory', 'Memory', bytes],
  ['rx', 'Network in', rate],
  ['tx', 'Network out', rate]
] as const
const DRAWN = 8

/** What the containers of a deployment use, now and over the last hour or day. */
export function DeploymentUsage({ tools, server }: { tools: Operations; server: string }) {
  const { route } = useDesk()
  const range = RANGES.find(({ key }) => key === route.param('range')) ?? RANGES[0]
  const past = useMemo(
    () =>
      createResource<readonly ContainerPast[]>({
        load: async (signal) => containersIn(await tools.containers(range.key, signal)),
        everyMs: range.stepMs
      }),
    [tools, range.key]
  )
  useResource(past)
  const containers = past.data.value
  if (past.fault.value && notOffered(past.fault.value)) return <NotOffered what="What each container uses" />
  return (
    <>
      <div class="tabs ranges" role="group" aria-label="Range">
        {RANGES.map(({ key, word }) => (
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
      <FaultNotice of={past} what="what its containers use" />
      {containers && containers.length === 0 && <p class="soft">No container of it was seen in this time.</p>}
      {containers && containers.length > 0 && (
        <>
          <Charts containers={containers} server={server} range={range} to={past.at.value} />
          <div class="section">
            <h2>Now</h2>
          </div>
          <ContainerTable containers={containers} span={range.word} />
        </>
      )}
    </>
  )
}

function Charts(props: {
  containers: readonly ContainerPast[]
  server: string
  range: (typeof RANGES)[number]
  to: number
}) {
  const { containers, server, range, to } = props
  const { live, self } = useDesk()
  const { span } = useZoom()
  const drawn = busiest(containers, DRAWN).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const first = Math.min(...drawn.flatMap(({ at }) => at[0] ?? []))
  const whole = { from: begun({ from: to - range.spanMs, to, first: Number.isFinite(first) ? first : undefined }), to }
  const axis = { ...(span ?? whole), stepMs: range.stepMs }
  const marks = marksOf(live.events.value, { names: [server], self: self.value, ...axis })
  return (
    <>
      {containers.length > DRAWN && (
        <p class="faint small source">
          the {DRAWN} busiest of {containers.length}
        </p>
      )}
      <div class="charts">
        {CHARTS.map(([figure, title, format]) => {
          const { times, lines } = aligned(
            drawn.map((one) => ({ name: one.name, at: one.at, values: one[figure] })),
            axis
          )
          return (
            <LineChart
              key={figure}
              title={title}
              times={times}
              series={lines.map(({ name, values }, index) => ({ name, tone: `c${index + 1}`, values }))}
              format={format}
              binary={figure !== 'cpu'}
              group="containers"
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
