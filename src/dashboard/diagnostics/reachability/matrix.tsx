import type { Reachability } from '../../../schemas/opinions/reachability.ts'
import { Glyph, verdictLook } from '../../parts/state.tsx'
import { toneOf } from './cells.ts'
import { linkBetween } from './links.ts'

/** Few servers: who stands at the left sees who stands above, in milliseconds or by the state. */
export function Matrix({ map }: { map: Reachability }) {
  return (
    <table class="matrix">
      <caption class="unseen">Who sees whom: each row sees the columns, in milliseconds</caption>
      <thead>
        <tr>
          <td class="faint small">sees, in ms</td>
          {map.nodes.map((name, at) => (
            <th key={name} scope="col" title={name}>
              {at + 1}
              <span class="unseen foreign"> {name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {map.nodes.map((from, at) => (
          <tr key={from}>
            <th scope="row">
              <span class="row">
                <span class="faint">{at + 1}</span> <span class="cut foreign">{from}</span>
              </span>
            </th>
            {map.nodes.map((to) => (
              <Cell key={to} map={map} from={from} to={to} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Cell({ map, from, to }: { map: Reachability; from: string; to: string }) {
  const link = linkBetween(map, from, to)
  if (from === to) return <td class="cell-self">·</td>
  if (!link.seen) {
    return (
      <td class="cell-none" title={`What ${from} sees of ${to} is not told`}>
        ?
      </td>
    )
  }
  const { state, latency_ms } = link.seen
  const { word, shape } = verdictLook(state)
  return (
    <td class={`cell-${toneOf(link)}`} title={`${from} → ${to}: ${word}${link.oneWay ? ', one way' : ''}`}>
      {state === 'online' && latency_ms !== undefined ? (
        Math.round(latency_ms)
      ) : (
        <>
          <Glyph shape={shape} />
          <span class="cut">{word}</span>
        </>
      )}
    </td>
  )
}
