import type { Reachability } from '../../../schemas/opinions/reachability.ts'
import { serverAt } from '../../lib/address/places.ts'
import { LongTable } from '../../tables/long-table.tsx'
import { type Standing, standings } from './links.ts'

/** The picture as a table: whom each server reaches, and who reaches it; trouble first. */
export function StandingTable({ map }: { map: Reachability }) {
  return (
    <>
      <div class="section">
        <h2>Each server</h2>
      </div>
      <LongTable
        columns={3}
        rows={standings(map).toSorted((a, b) => lost(b) - lost(a))}
        head={
          <>
            <th class="first">Server</th>
            <th>Reaches</th>
            <th>Is reached by</th>
          </>
        }
        draw={(one, rowIndex) => <Row key={one.name} one={one} rowIndex={rowIndex} />}
      />
    </>
  )
}

function Row({ one, rowIndex }: { one: Standing; rowIndex: number }) {
  return (
    <tr class="item" aria-rowindex={rowIndex}>
      <td class="first">
        <a class="name cut foreign" href={serverAt(one.name)}>
          {one.name}
        </a>
      </td>
      <td data-label="Reaches">
        {one.silent === undefined ? (
          <span class={one.reaches < one.knows ? 'wrong' : ''}>
            {one.reaches} of {one.knows}
          </span>
        ) : (
          <span class="soft" title={one.silent}>
            not told
          </span>
        )}
      </td>
      <td data-label="Reached by">
        <span class={one.reachedBy < one.knownBy ? 'wrong' : ''}>
          {one.reachedBy} of {one.knownBy}
        </span>
      </td>
    </tr>
  )
}

const lost = ({ reaches, knows, reachedBy, knownBy }: Standing) => knows - reaches + knownBy - reachedBy
