import { segment } from '../lib/access/api.ts'
import type { DeploymentRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { StatusMark } from '../parts/state.tsx'
import { LongTable } from '../tables/long-table.tsx'
import { fingerprint } from './images.ts'

/** On which other servers a deployment of that name runs, and whether from the same images. */
export function Elsewhere({ row }: { row: DeploymentRow }) {
  const { deployed } = useDesk()
  const others = deployed.value.filter(
    ({ server, deployment }) => deployment.name === row.deployment.name && server !== row.server
  )
  if (others.length === 0) return null
  const own = fingerprint(row.deployment)
  return (
    <>
      <div class="section">
        <h2>Also on</h2>
      </div>
      <LongTable
        columns={3}
        rows={others}
        head={
          <>
            <th class="first">Server</th>
            <th class="w-state">State</th>
            <th class="if-phone">Images</th>
          </>
        }
        draw={(other, rowIndex) => (
          <tr key={other.key} class={`item ${other.old ? 'old' : ''}`} aria-rowindex={rowIndex}>
            <td class="first">
              <span class="row keep">
                <a
                  class="name cut foreign"
                  href={`/deployments/${segment(other.server)}/${segment(other.deployment.name)}`}
                >
                  {other.server}
                </a>
                {fingerprint(other.deployment) !== own && <span class="tag warn">other images</span>}
              </span>
            </td>
            <td class="end">
              <StatusMark status={other.old ? 'unknown' : other.deployment.status} />
            </td>
            <td class="if-phone">
              <span class="cut foreign soft">{other.deployment.services.map(({ image }) => image).join(', ')}</span>
            </td>
          </tr>
        )}
      />
    </>
  )
}
