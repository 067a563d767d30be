import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { millis } from '../lib/format.ts'
import type { ServerRow } from '../lib/rows.ts'
import { Ago } from './ago.tsx'
import { PeerChecks } from './checks.tsx'
import { Meter } from './meter.tsx'
import { VerdictMark } from './state.tsx'

/** Servers with what they do right now; a silent one keeps its last figures, dated. */
export function ServerTable({ rows, waiting }: { rows: readonly ServerRow[]; waiting: boolean }) {
  const { route } = useDesk()
  return (
    <table class="table servers">
      <thead>
        <tr>
          <th class="first">Name</th>
          <th class="w-state">State</th>
          <th class="w-checks if-mid">Last 50 checks</th>
          <th class="w-num num if-phone">Latency</th>
          <th class="w-meter">CPU</th>
          <th class="w-meter">Memory</th>
          <th class="w-meter if-phone">Disk</th>
          <th class="w-num num if-mid">Deploys</th>
          <th class="w-num if-wide">Version</th>
        </tr>
      </thead>
      <tbody aria-busy={waiting}>
        {waiting && <Waiting />}
        {rows.map((row) => {
          const to = row.self ? '/servers' : `/peers/${segment(row.name)}`
          return (
            <tr
              key={row.name}
              class={`open ${row.old ? 'old' : ''}`}
              onClick={(event) => {
                if (event.target instanceof Element && !event.target.closest('a, button')) route.go(to)
              }}
            >
              <td class="first">
                <span class="row keep">
                  <a class="name cut foreign" href={to}>
                    {row.name}
                  </a>
                  {row.self && <span class="tag">this node</span>}
                  {row.peer?.flapping && <span class="tag warn">flapping</span>}
                </span>
              </td>
              <td class="end">
                <span class="keep">
                  <VerdictMark verdict={row.verdict} />
                </span>
              </td>
              <td class="if-mid">
                {row.self ? <span class="faint small">asks the others</span> : <PeerChecks name={row.name} />}
              </td>
              <td class="num if-phone">
                {row.peer?.online ? millis(row.peer.latency_ms) : <span class="faint">–</span>}
              </td>
              <td data-label="CPU">
                <Meter calm value={row.load.cpu} label={`CPU of ${row.name}`} />
              </td>
              <td data-label="Mem">
                <Meter value={row.load.memory} label={`Memory of ${row.name}`} />
              </td>
              <td class="if-phone">
                <Meter value={row.load.disk} label={`Disk of ${row.name}`} />
              </td>
              <td class="num if-mid">{row.counts ? `${row.counts.running}/${row.counts.total}` : '–'}</td>
              <td class="if-wide">
                {row.old ? (
                  <span class="keep small soft">
                    <Ago at={row.loadAt} word=" old" />
                  </span>
                ) : (
                  <span class="cut foreign soft">{row.version || '–'}</span>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Waiting() {
  return [0, 1, 2].map((index) => (
    <tr key={index} class="late">
      <td class="first">
        <span class="skeleton" />
      </td>
    </tr>
  ))
}
