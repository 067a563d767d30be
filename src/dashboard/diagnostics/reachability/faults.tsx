import { serverAt } from '../../lib/address/places.ts'
import { plural } from '../../lib/words/format.ts'
import { VerdictMark } from '../../parts/state.tsx'
import type { Link } from './links.ts'

const SHOWN = 50
const SCOPES = {
  confirmed: 'others do not reach it either',
  here_only: 'others reach it',
  cut_off: 'seems to be cut off itself',
  alone: 'nobody else to ask'
} as const

/** The links that are not well, one a line; of very many the gravest. */
export function Faults({ faults }: { faults: readonly Link[] }) {
  if (faults.length === 0) return null
  return (
    <>
      <div class="section">
        <h2>Links that are not well</h2>
        {faults.length > SHOWN && (
          <span class="soft small">
            the {SHOWN} gravest of {plural(faults.length, 'link')}
          </span>
        )}
      </div>
      <table class="table">
        <thead>
          <tr>
            <th class="first">From</th>
            <th>To</th>
            <th class="w-state">State</th>
            <th class="if-phone">Others</th>
          </tr>
        </thead>
        <tbody>
          {faults.slice(0, SHOWN).map(({ from, to, seen, oneWay }) => (
            <tr key={`${from} ${to}`}>
              <td class="first">
                <a class="name cut foreign" href={serverAt(from)}>
                  {from}
                </a>
              </td>
              <td>
                <span class="row">
                  <span class="faint">→</span>
                  <a class="cut foreign" href={serverAt(to)}>
                    {to}
                  </a>
                </span>
              </td>
              <td class="end">{seen && <VerdictMark verdict={seen.state} />}</td>
              <td class="if-phone soft">{oneWay ? 'the other way works' : seen?.scope ? SCOPES[seen.scope] : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
