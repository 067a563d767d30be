import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'
import { segment } from '../../lib/access/api.ts'
import { serverAt } from '../../lib/address/places.ts'
import { exact, plural, timeOf, two, wall } from '../../lib/words/format.ts'
import { type Kind, kindOf } from '../../lib/words/words.ts'
import { asEvent } from './as-event.ts'
import { joinOf } from './joins.ts'
import { told } from './kinds.ts'

/** One fact: when, about which server, what, by whom, and who noted it. */
export function Row({ row, known }: { row: TimelineRow; known: ReadonlySet<string> }) {
  const at = wall(row.at) ?? 0
  const date = new Date(at)
  const join = joinOf(row)
  return (
    <li>
      <time dateTime={row.at} title={exact(at)}>
        {timeOf(date)}:{two(date.getSeconds())}
      </time>
      <span class={`state tone-${toneOf(row)}`}>
        <svg viewBox="0 0 13 13" aria-hidden="true">
          <rect x="5" y="1" width="3" height="11" rx="1.5" fill="currentColor" />
        </svg>
        <Name name={join?.who ?? row.peer ?? row.server} known={known} />
      </span>
      <span class="foreign">
        {join ? (
          <>
            joined <Name name={join.whom} known={known} inText />
            {join.how}
          </>
        ) : (
          <Told row={row} />
        )}
        {row.by && !String(row.facts?.by ?? '').includes(row.by) && <span class="soft"> · by {row.by}</span>}
        {!join && <NotedBy row={row} />}
      </span>
    </li>
  )
}

/** Who saw it, where that is somebody else than whom it is about. */
function NotedBy({ row }: { row: TimelineRow }) {
  const seen = row.seen_by.filter((name) => name !== row.peer)
  if (row.peer === undefined || seen.length === 0) return null
  return (
    <span class="faint small" title={seen.join(', ')}>
      {' '}
      · noted by {seen.length > 2 ? plural(seen.length, 'server') : seen.join(' and ')}
    </span>
  )
}

function toneOf(row: TimelineRow): Kind {
  if (row.act) return row.act.result >= 400 ? 'warn' : row.type === 'act' ? 'none' : kindOf(asEvent(row))
  return kindOf(asEvent(row))
}

/** The name of a server; a link where it is still one. */
function Name({ name, known, inText }: { name: string; known: ReadonlySet<string>; inText?: boolean }) {
  const look = inText ? 'foreign' : 'cut foreign'
  if (!known.has(name)) return <span class={look}>{name}</span>
  return (
    <a class={`${look} plain`} href={serverAt(name)}>
      {name}
    </a>
  )
}

/** What is said of a deployment begins with its name, which leads to it. */
function Told({ row }: { row: TimelineRow }) {
  const { deployment: name, server } = row
  const text = told(row)
  if (name === undefined || !text.startsWith(`${name}:`)) return <>{text}</>
  return (
    <>
      <a class="link" href={`/deployments/${segment(server)}/${segment(name)}`}>
        {name}
      </a>
      {text.slice(name.length)}
    </>
  )
}
