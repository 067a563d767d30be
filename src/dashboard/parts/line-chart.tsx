import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { clock } from '../lib/format.ts'
import type { ChartOptions } from './chart.tsx'

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
        <Drawing {...props} />
      ) : (
        <div class="plot none faint small">{props.times.length > 1 ? '' : 'Nothing to draw yet'}</div>
      )}
      <details>
        <summary>Show as table</summary>
        <Twin {...props} />
      </details>
    </figure>
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
