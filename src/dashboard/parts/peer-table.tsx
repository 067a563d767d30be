import { useRef } from 'preact/hooks'
import type { PeerView } from '../../schemas/peer.ts'
import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { millis, wall } from '../lib/format.ts'
import { Ago } from './ago.tsx'
import { PeerChecks } from './checks.tsx'
import { Sortable } from './sortable.tsx'
import { VerdictMark } from './state.tsx'
import { Spacer, useWindow } from './windowed.tsx'

/** The peers with the evidence of how they are. */
export function PeerTable({ rows, waiting }: { rows: readonly PeerView[]; waiting: boolean }) {
  const { status } = useDesk()
  const body = useRef<HTMLTableSectionElement>(null)
  const part = useWindow(rows.length, body)
  const ours = status.data.value?.agent_version
  return (
    <table class="table windowed" aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          <Sortable by="name" first class="first">
            Name
          </Sortable>
          <Sortable by="state" class="w-state">
            State
          </Sortable>
          <th class="w-checks if-not-tablet">Last 50 checks</th>
          <Sortable by="latency" class="w-num num">
            Latency
          </Sortable>
          <Sortable by="seen" class="w-time if-mid">
            Last seen
          </Sortable>
          <th class="if-wide">Address</th>
          <Sortable by="version" class="w-time if-mid">
            Version
          </Sortable>
        </tr>
      </thead>
      <tbody ref={body} aria-busy={waiting}>
        <Spacer px={part.beforePx} columns={7} />
        {rows.slice(part.from, part.to).map((peer, index) => (
          <Row key={peer.peer_id} peer={peer} ours={ours} index={part.from + index + 2} />
        ))}
        <Spacer px={part.afterPx} columns={7} />
      </tbody>
    </table>
  )
}

function Row({ peer, ours, index }: { peer: PeerView; ours: string | undefined; index: number }) {
  const { route } = useDesk()
  const to = `/peers/${segment(peer.name)}`
  const away = !peer.online
  return (
    <tr
      class={`item open ${away ? 'old' : ''}`}
      aria-rowindex={index}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a, button')) route.go(to)
      }}
    >
      <td class="first">
        <span class="row keep">
          <a class="name cut foreign" href={to}>
            {peer.name}
          </a>
          {peer.flapping && <span class="tag warn">flapping</span>}
          {peer.transport === 'insecure' && (
            <span class="tag" title="Plain http with a bearer key, as plain FlatRun has it">
              insecure
            </span>
          )}
        </span>
      </td>
      <td class="end">
        <span class="keep">
          <VerdictMark verdict={peer.state} />
        </span>
      </td>
      <td class="full if-not-tablet">
        <PeerChecks name={peer.name} />
      </td>
      <td class="num">{away ? '–' : millis(peer.latency_ms)}</td>
      <td class="if-mid">
        <Ago at={wall(peer.last_seen_at)} word={wall(peer.last_seen_at) ? ' ago' : ''} />
      </td>
      <td class="if-wide">
        <span class="cut foreign soft mono" title={peer.url}>
          {peer.reach === 'reverse' ? 'dials us' : peer.url.replace(/^https:\/\//, '')}
        </span>
      </td>
      <td class="if-mid">
        <span class="row">
          <span class="cut foreign soft">{peer.version ?? '–'}</span>
          {peer.version && ours && peer.version !== ours && (
            <span class="tag" title={`This node runs ${ours}`}>
              other
            </span>
          )}
        </span>
      </td>
    </tr>
  )
}
