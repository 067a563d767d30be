import { serverAt } from '../../lib/address/places.ts'
import type { ServerRow } from '../../lib/data/rows.ts'
import { useDesk } from '../../lib/desk.ts'
import { bytesOf, longSpan } from '../../lib/words/amounts.ts'
import { percent } from '../../lib/words/format.ts'
import { Ago } from '../../parts/ago.tsx'
import { VerdictMark } from '../../parts/state.tsx'
import { LongTable } from '../../tables/long-table.tsx'

/** CPU, memory, disk and load as they were told last. */
export function Figures({ rows }: { rows: readonly ServerRow[] }) {
  return (
    <>
      <div class="section">
        <h2>Now</h2>
      </div>
      <LongTable
        columns={8}
        rows={rows}
        head={
          <>
            <th class="first">Server</th>
            <th class="w-state">State</th>
            <th class="if-phone">CPU</th>
            <th>Memory</th>
            <th>Disk</th>
            <th class="if-mid">Load 1, 5, 15 min</th>
            <th class="w-time if-mid">Up for</th>
            <th class="w-act if-phone">Figures from</th>
          </>
        }
        draw={(row, rowIndex) => <Row key={row.name} row={row} rowIndex={rowIndex} />}
      />
    </>
  )
}

function Row({ row, rowIndex }: { row: ServerRow; rowIndex: number }) {
  const { now } = useDesk()
  const { name, self, load, old, loadAt, verdict } = row
  return (
    <tr class={`item ${old ? 'old' : ''}`} aria-rowindex={rowIndex}>
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
  )
}

const ofTotal = (used: number | undefined, total: number | undefined) =>
  used === undefined || total === undefined ? '–' : bytesOf(used, total)
