import { clock } from '../../lib/words/format.ts'
import { When } from '../ago.tsx'
import type { ChartOptions } from './chart.tsx'

const ROWS = 60

/** A chart as a table: at most sixty rows, evenly taken, since a reader wants the course, not each second; and what happened. */
export function Twin({ times, series, format, title, marks = [] }: ChartOptions) {
  const step = Math.max(1, Math.ceil(times.length / ROWS))
  const picked = times.map((at, index) => ({ at, index })).filter(({ index }) => index % step === 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      {marks.length > 0 && (
        <ul class="news">
          {marks.map(({ at, text, tone }) => (
            <li key={`${at} ${text}`}>
              <When at={at} />
              <span class={`foreign tone-${tone}`}>{text}</span>
            </li>
          ))}
        </ul>
      )}
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
