import { useRef } from 'preact/hooks'
import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { plural, wall } from '../lib/format.ts'
import { imageOf, isUp } from './images.ts'
import type { DeploymentRow } from '../lib/rows.ts'
import { Ago } from '../parts/ago.tsx'
import { Sortable } from '../parts/sortable.tsx'
import { StatusMark } from '../parts/state.tsx'
import { Spacer, useWindow } from '../parts/windowed.tsx'

/** A line of the list: a deployment on a server, or the head of a group of them. */
export interface DeploymentItem {
  row?: DeploymentRow
  group?: { name: string; note: string }
  /** Runs other images than the same deployment elsewhere. */
  drift?: boolean
}

/** Deployments wherever they run; drawn as far as they can be seen. */
export function DeploymentTable({ items, waiting }: { items: readonly DeploymentItem[]; waiting: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null)
  const part = useWindow(items.length, body)
  return (
    <table class="table windowed" aria-rowcount={items.length + 1}>
      <thead>
        <tr>
          <Sortable by="name" first class="first">
            Name
          </Sortable>
          <Sortable by="status" class="w-state">
            State
          </Sortable>
          <Sortable by="server">Server</Sortable>
          <th class="w-num num">Services</th>
          <th class="if-phone">Image</th>
          <th class="if-wide">Ports</th>
          <th class="w-time if-mid">Changed</th>
        </tr>
      </thead>
      <tbody ref={body} aria-busy={waiting}>
        <Spacer px={part.beforePx} columns={7} />
        {items.slice(part.from, part.to).map((item, index) =>
          item.row ? (
            <Row key={item.row.key} row={item.row} drift={item.drift ?? false} index={part.from + index + 2} />
          ) : (
            <tr key={`group ${item.group?.name}`} class="item grouped" aria-rowindex={part.from + index + 2}>
              <th colSpan={7} scope="rowgroup">
                <span class="foreign">{item.group?.name}</span> <span class="faint small">{item.group?.note}</span>
              </th>
            </tr>
          )
        )}
        <Spacer px={part.afterPx} columns={7} />
      </tbody>
    </table>
  )
}

function Row({ row, drift, index }: { row: DeploymentRow; drift: boolean; index: number }) {
  const { route } = useDesk()
  const { deployment, server } = row
  const to = `/deployments/${segment(server)}/${segment(deployment.name)}`
  const up = deployment.services.filter(isUp).length
  const why = deployment.error ?? deployment.status_reason
  const ports = [...new Set(deployment.services.flatMap(({ ports }) => ports ?? []).map(hostPort))].join(', ')
  return (
    <tr
      class={`item open ${row.old ? 'old' : ''}`}
      aria-rowindex={index}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a, button')) route.go(to)
      }}
    >
      <td class="first">
        <span class="row keep">
          <a class="name cut foreign" href={to}>
            {deployment.name}
          </a>
          {deployment.warnings && deployment.warnings.length > 0 && (
            <span class="tag warn" title={deployment.warnings.join('\n')}>
              {plural(deployment.warnings.length, 'warning')}
            </span>
          )}
          {drift && (
            <span class="tag warn" title="Runs other images than on other servers">
              differs
            </span>
          )}
        </span>
      </td>
      <td class="end">
        <StatusMark status={row.old ? 'unknown' : deployment.status} />
      </td>
      <td>
        <span class="cut foreign">
          {server}
          {row.old && (
            <span class="faint small">
              {' '}
              · <Ago at={row.at} word=" old" />
            </span>
          )}
        </span>
      </td>
      <td class="num">
        {up}/{deployment.services.length}
      </td>
      <td class="if-phone">
        {why ? (
          <span class="cut foreign wrong" title={why}>
            {why}
          </span>
        ) : (
          <span class="cut foreign soft" title={deployment.services.map(({ image }) => image).join('\n')}>
            {imageOf(deployment)}
          </span>
        )}
      </td>
      <td class="if-wide">
        <span class="cut foreign soft">{ports || '–'}</span>
      </td>
      <td class="if-mid soft">
        <Ago at={wall(deployment.updated_at)} word=" ago" />
      </td>
    </tr>
  )
}

/** `127.0.0.1:8080:80/tcp`, or `0.0.0.0:8080->80/tcp` of FlatRun's agent, as people say it: 8080. */
const hostPort = (port: string) => /(?:^|:)([\d-]+)(?:->|:)[\d-]+(?:\/\w+)?$/.exec(port)?.[1] ?? port
