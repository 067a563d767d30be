import { useState } from 'preact/hooks'
import { type Fault, notOffered } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'
import { saveText } from '../../lib/save.ts'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import type { LogLine, Operations } from '../operations.ts'
import { unpainted } from './ansi.ts'
import { useLog } from './follow.ts'
import { useHolding } from './holding.ts'
import { LogLineView } from './log-line.tsx'
import { LogTools } from './log-tools.tsx'
import { hasIn } from './marks.ts'

const FIRST = 300
const STEP = 4
/** What the node gives at once. */
const MOST = 10_000
/** Before the line that was linked to. */
const BEFORE_MS = 60_000

/** The log as it is printed. Scrolling up holds it still; the newest lines are one click away. */
export function LogTail({ tools, services, away }: { tools: Operations; services: readonly string[]; away: boolean }) {
  const { route } = useDesk()
  const service = route.param('service')
  const wanted = route.param('q').toLowerCase()
  const linked = route.param('line')
  const [tail, setTail] = useState(linked === '' ? FIRST : MOST)
  // Of the address as the page came; a line that is clicked is there already.
  const [since] = useState(linked === '' ? '' : new Date((Date.parse(linked) || 0) - BEFORE_MS).toISOString())
  const { lines, fault, ended, again } = useLog(tools, { service, tail, since: tail === MOST ? since : '' })
  const found = lines.some(({ at }) => at === linked && at !== '')
  const holding = useHolding({ lines, found, held: linked !== '' })

  if (fault && notOffered(fault)) return <NotOffered what="The log" />
  const hits = wanted === '' ? [] : lines.filter(({ line }) => hasIn(line, wanted))
  const shown = route.param('only') === 'hits' && wanted !== '' ? hits : lines
  const state = ended || away ? 'not followed' : holding.held ? 'held' : 'following'
  return (
    <>
      <LogTools
        services={services}
        hits={hits.length}
        state={fault ? '' : state}
        held={holding.held}
        hold={holding.flip}
        download={
          shown.length === 0
            ? undefined
            : () => saveText(`log-${service || 'all'}`, 'txt', shown.map(textOf).join('\n'))
        }
      />
      {fault && <Cut fault={fault} any={lines.length > 0} again={again} />}
      <pre
        hidden={fault !== undefined && lines.length === 0}
        ref={holding.box}
        class={`log ${route.param('wrap') === 'off' ? 'long' : ''}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
        onScroll={holding.onScroll}
      >
        {lines.length > 0 && tail < MOST && (
          <button
            type="button"
            class="button tiny"
            onClick={() => {
              holding.keep()
              setTail(Math.min(tail * STEP, MOST))
            }}
          >
            Older lines
          </button>
        )}
        <Lines lines={shown} wanted={wanted} linked={linked} />
        {shown.length === 0 && (
          <span class="faint">{lines.length > 0 ? 'No line has that in it.' : 'Nothing was printed yet.'}</span>
        )}
      </pre>
    </>
  )
}

function Lines({ lines, wanted, linked }: { lines: readonly LogLine[]; wanted: string; linked: string }) {
  const { route } = useDesk()
  function linkTo(at: string): string {
    const query = new URLSearchParams(route.query.value)
    query.set('line', at)
    return `/${route.path.value.map(encodeURIComponent).join('/')}?${query}`
  }
  return lines.map((line, index) => (
    <span
      class={`line ${line.stream === 'stderr' ? 'err' : ''}`}
      key={index}
      aria-current={line.at !== '' && line.at === linked ? 'true' : undefined}
    >
      <LogLineView line={line} wanted={wanted} to={linkTo(line.at)} />
    </span>
  ))
}

const Cut = ({ fault, any, again }: { fault: Fault; any: boolean; again: () => void }) => (
  <div class="notice bad" role="alert">
    <strong>{any ? 'The log was cut.' : 'The log cannot be reached.'}</strong>{' '}
    <span class="foreign">{fault.message}</span>
    <button type="button" class="button tiny push" onClick={again}>
      Try again
    </button>
  </div>
)

const textOf = ({ at, service, line }: LogLine) => [at, service, unpainted(line)].filter(Boolean).join(' ')
