import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { notOffered } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'
import { saveText } from '../../lib/save.ts'
import { plural } from '../../lib/words/format.ts'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import { SearchField } from '../../parts/forms/filters.tsx'
import type { Operations } from '../operations.ts'
import { unpainted } from './ansi.ts'
import { useLog } from './follow.ts'
import { LogLineView } from './log-line.tsx'
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
  const only = route.param('only') === 'hits'
  const wrap = route.param('wrap') !== 'off'
  const linked = route.param('line')
  const [tail, setTail] = useState(linked === '' ? FIRST : MOST)
  // Of the address as the page came; a line that is clicked is there already.
  const [since] = useState(linked === '' ? '' : new Date((Date.parse(linked) || 0) - BEFORE_MS).toISOString())
  const { lines, fault, ended, again } = useLog(tools, { service, tail, since: tail === MOST ? since : '' })
  const [held, setHeld] = useState(linked !== '')
  const box = useRef<HTMLPreElement>(null)
  /** From the foot of the log: older lines come in above what is read, which stays where it is. */
  const kept = useRef<number | undefined>(undefined)

  useLayoutEffect(() => {
    const place = box.current
    if (!place) return
    if (kept.current !== undefined) place.scrollTop = place.scrollHeight - kept.current
    else if (!held) place.scrollTop = place.scrollHeight
  }, [lines, held])
  const found = lines.some(({ at }) => at === linked && at !== '')
  useEffect(() => {
    if (found) box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' })
  }, [found])

  if (fault && notOffered(fault)) return <NotOffered what="The log" />
  const hits = wanted === '' ? [] : lines.filter(({ line }) => hasIn(line, wanted))
  const shown = only && wanted !== '' ? hits : lines
  const state = ended || away ? 'not followed' : held ? 'held' : 'following'

  function older() {
    if (box.current) kept.current = box.current.scrollHeight - box.current.scrollTop
    setHeld(true)
    setTail(Math.min(tail * STEP, MOST))
  }
  const toggle = (word: string, pressed: boolean, flip: () => void) => (
    <button type="button" class="button tiny" aria-pressed={pressed} onClick={flip}>
      {word}
    </button>
  )

  return (
    <>
      <div class="filters">
        <select
          class="input"
          aria-label="Service"
          value={service}
          onChange={(event) => route.set({ service: event.currentTarget.value })}
        >
          <option value="">All services</option>
          {services.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <SearchField label="Search the log" />
        {wanted !== '' && (
          <>
            <span class="soft small" role="status">
              {plural(hits.length, 'line')} with it
            </span>
            {toggle('Only those', only, () => route.set({ only: only ? undefined : 'hits' }))}
          </>
        )}
        <span class="push soft small" role="status">
          {fault ? '' : state}
        </span>
        {toggle('Wrap', wrap, () => route.set({ wrap: wrap ? 'off' : undefined }))}
        <button
          type="button"
          class="button tiny"
          disabled={shown.length === 0}
          onClick={() => saveText(`log-${service || 'all'}`, 'txt', shown.map(textOf).join('\n'))}
        >
          Download
        </button>
        <button
          type="button"
          class="button tiny"
          aria-pressed={held}
          onClick={() => {
            kept.current = undefined
            setHeld(!held)
          }}
        >
          {held ? 'Follow' : 'Hold'}
        </button>
      </div>
      {fault && (
        <div class="notice bad" role="alert">
          <strong>{lines.length > 0 ? 'The log was cut.' : 'The log cannot be reached.'}</strong>{' '}
          <span class="foreign">{fault.message}</span>
          <button type="button" class="button tiny push" onClick={again}>
            Try again
          </button>
        </div>
      )}
      <pre
        hidden={fault !== undefined && lines.length === 0}
        ref={box}
        class={`log ${wrap ? '' : 'long'}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          const atFoot = scrollHeight - scrollTop - clientHeight <= 40
          if (atFoot) kept.current = undefined
          setHeld(!atFoot)
        }}
      >
        {lines.length > 0 && tail < MOST && (
          <button type="button" class="button tiny" onClick={older}>
            Older lines
          </button>
        )}
        {shown.map((line, index) => (
          <span
            class={`line ${line.stream === 'stderr' ? 'err' : ''}`}
            key={index}
            aria-current={line.at !== '' && line.at === linked ? 'true' : undefined}
          >
            <LogLineView line={line} wanted={wanted} to={linkTo(line.at)} />
          </span>
        ))}
        {shown.length === 0 && (
          <span class="faint">{lines.length > 0 ? 'No line has that in it.' : 'Nothing was printed yet.'}</span>
        )}
      </pre>
    </>
  )

  function linkTo(at: string): string {
    const query = new URLSearchParams(route.query.value)
    query.set('line', at)
    return `/${route.path.value.map(encodeURIComponent).join('/')}?${query}`
  }
}

const textOf = ({ at, service, line }: { at: string; service: string; line: string }) =>
  [at, service, unpainted(line)].filter(Boolean).join(' ')
