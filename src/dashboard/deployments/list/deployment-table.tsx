import type { Chosen } from '../../choosing/chosen.ts'
import { Pick, PickAll } from '../../choosing/pick.tsx'
import { segment } from '../../lib/access/api.ts'
import type { DeploymentRow } from '../../lib/data/rows.ts'
import { plural, wall } from '../../lib/words/format.ts'
import { Ago } from '../../parts/ago.tsx'
import { StatusMark } from '../../parts/state.tsx'
import { GroupRow } from '../../tables/group-row.tsx'
import { LongTable, OpenRow } from '../../tables/long-table.tsx'
import { Sortable } from '../../tables/sortable.tsx'
import { imageOf, isUp } from '../images.ts'
import { hostPort } from '../ports.ts'

/** A line of the list: a deployment on a server, or the head of a group of them. */
export interface DeploymentItem {
  row?: DeploymentRow
  group?: { name: string; note: string }
  /** Runs other images than the same deployment elsewhere. */
  drift?: boolean
  /** The group that it is shown in, where it may be in several. */
  under?: string
}

/** Deployments wherever they run. */
export function DeploymentTable(props: { items: readonly DeploymentItem[]; waiting: boolean; chosen?: Chosen }) {
  const { items, waiting, chosen } = props
  return (
    <LongTable
      columns={7}
      rows={items}
      waiting={waiting}
      head={
        <>
          <Sortable
            by="name"
            first
            class="first"
            before={
              chosen && <PickAll chosen={chosen} ids={items.flatMap(({ row }) => row?.key ?? [])} what="deployments" />
            }
          >
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
        </>
      }
      draw={({ row, group, drift = false, under = '' }, rowIndex) =>
        row ? (
          <Row key={`${under} ${row.key}`} row={row} drift={drift} rowIndex={rowIndex} chosen={chosen} />
        ) : (
          group && <GroupRow key={`group ${group.name}`} {...group} columns={7} rowIndex={rowIndex} />
        )
      }
    />
  )
}

function Row(props: { row: DeploymentRow; drift: boolean; rowIndex: number; chosen: Chosen | undefined }) {
  const { row, drift, rowIndex, chosen } = props
  const { deployment, server } = row
  const to = `/deployments/${segment(server)}/${segment(deployment.name)}`
  const up = deployment.services.filter(isUp).length
  const why = deployment.error ?? deployment.status_reason
  const ports = [...new Set(deployment.services.flatMap(({ ports }) => ports ?? []).map(hostPort))].join(', ')
  return (
    <OpenRow to={to} old={row.old} rowIndex={rowIndex}>
      <td class="first">
        <span class="row keep">
          {chosen && <Pick chosen={chosen} id={row.key} name={`${deployment.name} on ${server}`} />}
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
    </OpenRow>
  )
}
