import type { Chart } from '../../schemas/inspection/chart.ts'

/** What a chart shows, as a table. */
export function TransitionTable({ chart }: { chart: Chart }) {
  const nameOf = (id: string) => id || chart.name
  return (
    <details>
      <summary>Show as table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div class="scroll" tabIndex={0} role="region" aria-label={`Transitions of ${chart.name}`}>
        <table class="table plain">
          <thead>
            <tr>
              <th>From</th>
              <th>When</th>
              <th>To</th>
            </tr>
          </thead>
          <tbody>
            {chart.ways.flatMap(({ id, from, to, transitions }) =>
              transitions.map(({ event, label }) => (
                <tr key={`${id} ${event} ${label}`}>
                  <td>{nameOf(from)}</td>
                  <td>{label}</td>
                  <td>{nameOf(to)}</td>
                </tr>
              ))
            )}
          </tbody>
        </table>
      </div>
    </details>
  )
}
