import type { ComponentChildren } from 'preact'
import { serverAt } from '../lib/address/places.ts'
import type { ServerRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { millis } from '../lib/words/format.ts'
import { GroupRow } from '../tables/group-row.tsx'
import { LongTable, OpenRow } from '../tables/long-table.tsx'
import { Sortable } from '../tables/sortable.tsx'
import { Ago } from './ago.tsx'
import { PeerChecks } from './charts/checks.tsx'
import { Meter } from './charts/meter.tsx'
import { VerdictMark } from './state.tsx'
import { Tags } from './tags.tsx'

const COLUMNS = [
  ['name', 'Name', 'first'],
  ['state', 'State', 'w-state'],
  [undefined, 'Last 50 checks', 'w-checks if-mid'],
  ['latency', 'Latency', 'w-num num if-phone'],
  ['cpu', 'CPU', 'w-meter'],
  ['memory', 'Memory', 'w-meter'],
  ['disk', 'Disk', 'w-meter if-phone'],
  ['deployments', 'Deploys', 'w-num num if-mid'],
  ['version', 'Version', 'w-num if-wide']
] as const

/** A server, in the group that it is shown in where it may be in several; or the head of a group. */
export type ServerItem = (ServerRow & { under?: string }) | { head: string; note: string }

/** Servers with what they do right now; a silent one keeps its last figures, dated. */
export function ServerTable(props: {
  rows: readonly ServerItem[]
  waiting: boolean
  sortable?: boolean
  /** What stands before a name, and before the head of the names. */
  pick?: (row: ServerRow) => ComponentChildren
  pickAll?: ComponentChildren
}) {
  const { rows, waiting, sortable, pick, pickAll } = props
  return (
    <LongTable
      class="servers"
      columns={COLUMNS.length}
      rows={rows}
      waiting={waiting}
      draw={(row, rowIndex) =>
        'head' in row ? (
          <GroupRow
            key={`group ${row.head}`}
            name={row.head}
            note={row.note}
            columns={COLUMNS.length}
            rowIndex={rowIndex}
          />
        ) : (
          <Row key={`${row.under} ${row.name}`} row={row} rowIndex={rowIndex} pick={pick?.(row)} />
        )
      }
      head={COLUMNS.map(([by, word, look]) =>
        sortable && by ? (
          <Sortable key={word} by={by} first={by === 'name'} class={look} before={by === 'name' && pickAll}>
            {word}
          </Sortable>
        ) : (
          <th key={word} class={look}>
            {word}
          </th>
        )
      )}
    />
  )
}

function Row({ row, rowIndex, pick }: { row: ServerRow; rowIndex: number; pick: ComponentChildren }) {
  const { status } = useDesk()
  const to = serverAt(row.name)
  const ours = status.data.value?.agent_version
  return (
    <OpenRow to={to} old={row.old} rowIndex={rowIndex}>
      <td class="first">
        <span class="row keep">
          {pick}
          <a class="name cut foreign" href={to}>
            {row.name}
          </a>
          <Marks row={row} />
        </span>
      </td>
      <td class="end">
        <span class="keep">
          <VerdictMark verdict={row.verdict} />
        </span>
      </td>
      <td class="if-mid">{row.self ? <span class="faint small">this server</span> : <PeerChecks name={row.name} />}</td>
      <td class="num if-phone">{row.peer?.online ? millis(row.peer.latency_ms) : <span class="faint">–</span>}</td>
      <td data-label="CPU">
        <Meter calm value={row.load.cpu} label={`CPU of ${row.name}`} />
      </td>
      <td data-label="Mem">
        <Meter value={row.load.memory} label={`Memory of ${row.name}`} />
      </td>
      <td class="if-phone">
        <Meter value={row.load.disk} label={`Disk of ${row.name}`} />
      </td>
      <td class="num if-mid">{row.counts ? `${row.old ? '?' : row.counts.running}/${row.counts.total}` : '–'}</td>
      <td class="if-wide">
        {row.old ? (
          <span class="keep small soft">
            <Ago at={row.loadAt} word=" old" />
          </span>
        ) : (
          <span
            class={`cut foreign ${row.version && ours && row.version !== ours ? '' : 'soft'}`}
            title={row.version && ours && row.version !== ours ? `This server runs ${ours}` : ''}
          >
            {row.version || '–'}
          </span>
        )}
      </td>
    </OpenRow>
  )
}

const Marks = ({ row }: { row: ServerRow }) => (
  <>
    {row.self && <span class="tag">this server</span>}
    <Tags row={row} />
    {row.peer?.flapping && <span class="tag warn">unstable</span>}
    {row.peer?.reach === 'reverse' && (
      <span class="tag" title="It cannot be dialled from here, and is asked over connections that it opens">
        dials us
      </span>
    )}
    {row.peer?.transport === 'insecure' && (
      <span class="tag" title="Plain http with a bearer key, as plain FlatRun has it">
        insecure
      </span>
    )}
  </>
)
