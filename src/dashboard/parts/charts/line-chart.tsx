import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clock } from '../../lib/words/format.ts'
import type { ChartOptions, Point } from './chart.tsx'

export interface Series {
  name: string
  /** A colour of the stylesheet: `good`, `bad`, `c1` to `c8`. */
  tone: string
  values: readonly (number | undefined)[]
}

const ROWS = 60

/** A chart with its twin, a table; the drawing itself is fetched when the first one is looked at. */
export function LineChart(props: ChartOptions & { note?: string; legend?: boolean }) {
  const [Drawing, setDrawing] = useState<ComponentType<ChartOptions>>()
  const [point, setPoint] = useState<Point>()
  // The crosshair is on every chart of a group; what it reads stands beside the pointer alone.
  const [pointed, setPointed] = useState(false)
  useEffect(() => {
    let here = true
    void import('./chart.tsx').then(({ Chart }) => here && setDrawing(() => Chart))
    return () => {
      here = false
    }
  }, [])
  return (
    <figure class="chart">
      <figcaption>
        <h3>{props.title}</h3>
        {props.series.length > 1 && props.legend !== false && (
          <ul class="legend">
            {props.series.map(({ name, tone }) => (
              <li key={name} class={`ink-${tone}`}>
                <span class="foreign">{name}</span>
              </li>
            ))}
          </ul>
        )}
        {props.note && <span class="faint small">{props.note}</span>}
      </figcaption>
      {Drawing && props.times.length > 1 ? (
        <div class="plot-box" onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
          <Drawing {...props} onPoint={setPoint} />
          {point && pointed && <Readout {...props} point={point} />}
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

/** What the crosshair is on, the largest first. */
function Readout({ times, series, format, point }: ChartOptions & { point: Point }) {
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
    </div>
  )
}

/** At most sixty rows, evenly taken: a reader wants the course, not each second. */
function Twin({ times, series, format, title }: ChartOptions) {
  const step = Math.max(1, Math.ceil(times.length / ROWS))
  const picked = times.map((at, index) => ({ at, index })).filter(({ index }) => index % step === 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table class="table plain">
        <thead>
          <tr>
            <th>Time</th>
            {series.map(({ name }) => (
              <th key={name} class="num foreign">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {picked.map(({ at, index }) => (
            <tr key={at}>
              <td>{clock(at)}</td>
              {series.map(({ name, values }) => {
                const value = values[index]
                return (
                  <td key={name} class="num">
                    {value === undefined ? '–' : format(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
