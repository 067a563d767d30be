import { useEffect, useRef, useState } from 'preact/hooks'
import { asFault, type Fault, notOffered } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'
import { clock, wall } from '../../lib/words/format.ts'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import { SearchField } from '../../parts/forms/filters.tsx'
import type { LogLine, Operations } from '../operations.ts'
import { painted, unpainted } from './ansi.ts'

const KEPT = 2000

/** The log as it is printed. Scrolling up holds it still; the newest lines are one click away. */
export function LogTail({ tools, services, away }: { tools: Operations; services: readonly string[]; away: boolean }) {
  const { route } = useDesk()
  const service = route.param('service')
  const wanted = route.param('q').toLowerCase()
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [fault, setFault] = useState<Fault>()
  const [ended, setEnded] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const [held, setHeld] = useState(false)
  const box = useRef<HTMLPreElement>(null)

  useEffect(() => {
    const leaving = new AbortController()
    // A chatty log is drawn ten times a second, not once a line.
    let fresh: LogLine[] = []
    const drawn = setInterval(() => {
      if (fresh.length === 0) return
      const come = fresh
      fresh = []
      setLines((before) => [...before, ...come].slice(-KEPT))
    }, 100)
    setLines([])
    setFault(undefined)
    setEnded(false)
    const follow = async () => {
      for await (const line of tools.logs({ tail: 300, service }, leaving.signal)) fresh.push(line)
      if (!leaving.signal.aborted) setEnded(true)
    }
    follow().catch((thrown: unknown) => {
      if (!leaving.signal.aborted) setFault(asFault(thrown))
    })
    return () => {
      leaving.abort()
      clearInterval(drawn)
    }
  }, [tools, service, attempt])

  useEffect(() => {
    if (!held && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines, held])

  if (fault && notOffered(fault)) return <NotOffered what="The log" />
  const shown = wanted === '' ? lines : lines.filter(({ line }) => unpainted(line).toLowerCase().includes(wanted))
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
        <SearchField label="Only lines with" />
        <span class="push soft small" role="status">
          {fault ? '' : ended || away ? 'not followed' : held ? 'held' : 'following'}
        </span>
        <button type="button" class="button tiny" aria-pressed={held} onClick={() => setHeld(!held)}>
          {held ? 'Follow' : 'Hold'}
        </button>
      </div>
      {fault && (
        <div class="notice bad" role="alert">
          <strong>{lines.length > 0 ? 'The log was cut.' : 'The log cannot be reached.'}</strong>{' '}
          <span class="foreign">{fault.message}</span>
          <button type="button" class="button tiny push" onClick={() => setAttempt(attempt + 1)}>
            Try again
          </button>
        </div>
      )}
      <pre
        hidden={fault !== undefined && lines.length === 0}
        ref={box}
        class="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          setHeld(scrollHeight - scrollTop - clientHeight > 40)
        }}
      >
        {shown.map((line, index) => (
          <span class={`line ${line.stream === 'stderr' ? 'err' : ''}`} key={index}>
            {line.at && <time>{clock(wall(line.at) ?? 0)}</time>}{' '}
            {line.service && <b class="foreign">{line.service}</b>}{' '}
            <span class="foreign">
              {painted(line.line).map(({ text, colour }, part) => (
                <span key={part} class={colour === '' ? '' : `ansi-${colour}`}>
                  {text}
                </span>
              ))}
            </span>
          </span>
        ))}
        {shown.length === 0 && (
          <span class="faint">{lines.length > 0 ? 'No line has that in it.' : 'Nothing was printed yet.'}</span>
        )}
      </pre>
    </>
  )
}
