import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clock } from '../../lib/words/format.ts'
import type { ChartOptions, Point } from './chart.tsx'
import { Legend, useSwitchedOff } from './legend.tsx'
import { Twin } from './twin.tsx'
import { useZoom } from './zoom.tsx'

export interface Series {
  name: string
  /** A colour of the stylesheet: `good`, `bad`, `c1` to `c8`. */
  tone: string
  values: readonly (number | undefined)[]
}

/** A chart with its twin, a table; the drawing itself is fetched when the first one is looked at. */
export function LineChart(props: Omit<ChartOptions, 'onZoom'> & { note?: string }) {
  const [Drawing, setDrawing] = useState<ComponentType<ChartOptions>>()
  const [point, setPoint] = useState<Point>()
  // The crosshair is on every chart of a group; what it reads stands beside the pointer alone, else in the legends.
  const [pointed, setPointed] = useState(false)
  const { off } = useSwitchedOff()
  const zoom = useZoom()
  useEffect(() => {
    let here = true
    void import('./chart.tsx').then(({ Chart }) => here && setDrawing(() => Chart))
    return () => {
      here = false
    }
  }, [])
  const drawn = props.series.filter(({ name }) => !off.has(name))
  const options = { ...props, series: drawn }
  return (
    <figure class="chart">
      <figcaption>
        <h3>{props.title}</h3>
        <Legend series={props.series} format={props.format} index={point?.index} />
        {props.note && <span class="faint small">{props.note}</span>}
      </figcaption>
      {Drawing && props.times.length > 1 ? (
        <div class="plot-box" onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
          <Drawing {...options} onPoint={setPoint} onZoom={zoom.to} />
          {point && pointed && <Readout {...options} point={point} />}
        </div>
      ) : (
        <div class="plot none faint small">{props.times.length > 1 ? '' : first(props)}</div>
      )}
      <details>
        <summary>Show as table</summary>
        <Twin {...props} />
      </details>
    </figure>
  )
}

/** One value is no line, and is told. */
function first({ times: [at], series, format }: ChartOptions): string {
  const values = series.flatMap(({ name, values: [value] }) => (value === undefined ? [] : `${name} ${format(value)}`))
  return at === undefined || values.length === 0 ? 'Nothing to draw yet' : `${clock(at)}: ${values.join(', ')}`
}

/** Of the width of the chart, on either side of the crosshair. */
const NEAR = 1 / 60

/** What the crosshair is on, the largest first, and what happened then. */
function Readout({ times, series, format, point, marks = [], from, to }: ChartOptions & { point: Point }) {
  const values = series
    .map(({ name, tone, values }) => ({ name, tone, value: values[point.index] }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
  const at = times[point.index]
  if (at === undefined) return null
  return (
    <div class={`readout ${point.left < 180 ? 'after' : ''}`} style={{ left: `${point.left}px` }} aria-hidden="true">
      <span class="faint">{clock(at)}</span>
      {values.map(({ name, tone, value }) => (
        <span key={name} class={`ink-${tone}`}>
          <b class="cut foreign">{name}</b> {value === undefined ? '–' : format(value)}
        </span>
      ))}
      {marks
        .filter((mark) => Math.abs(mark.at - at) < (to - from) * NEAR)
        .slice(-3)
        .map((mark) => (
          <span key={`${mark.at} ${mark.text}`} class={`foreign tone-${mark.tone}`}>
            {mark.text}
          </span>
        ))}
    </div>
  )
}
