import { useEffect, useRef, useState } from 'preact/hooks'
import { useDesk } from '../lib/desk.ts'
import { clock, millis, span } from '../lib/format.ts'
import type { Check } from '../lib/histories.ts'

const SHOWN = 50
const HEIGHT = 20

/**
 * The last fifty checks as one bar each: how high tells how long the answer took, and a failed one reaches from top to
 * bottom. Its own checks are asked for only while it can be seen.
 */
export function PeerChecks({ name }: { name: string }) {
  const desk = useDesk()
  const place = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const observer = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)))
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => (seen ? desk.histories.checks(name).watch() : undefined), [seen, name])
  return (
    <div ref={place}>
      <Checks checks={desk.histories.checks(name).data.value ?? []} />
    </div>
  )
}

export function Checks({ checks }: { checks: readonly Check[] }) {
  const shown = checks.slice(-SHOWN)
  const failed = shown.filter(({ ok }) => !ok)
  const slowest = Math.max(20, ...shown.map(({ ms }) => ms ?? 0))
  const first = shown[0]
  const label =
    first === undefined
      ? 'No checks yet'
      : `${shown.length - failed.length} of the last ${shown.length} checks answered, since ${clock(first.at)}`
  return (
    <svg
      class="checks"
      viewBox={`0 0 ${SHOWN * 4 - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {Array.from({ length: SHOWN }, (_, index) => {
        const check = shown[index - (SHOWN - shown.length)]
        const height = !check ? 2 : check.ok ? 5 + 11 * Math.sqrt((check.ms ?? 0) / slowest) : HEIGHT
        return (
          <rect
            key={index}
            class={!check ? 'gap' : check.ok ? 'ok' : 'no'}
            x={index * 4}
            y={HEIGHT - height}
            width="3"
            height={height}
            rx="1"
          >
            {check && <title>{`${clock(check.at)} · ${check.ok ? millis(check.ms) : check.why || 'failed'}`}</title>}
          </rect>
        )
      })}
    </svg>
  )
}

/** How long ago, told by the page's clock; the exact time on hover and for readers. */
export function Ago({ at, word = '' }: { at: number | undefined; word?: string }) {
  const { now } = useDesk()
  if (at === undefined) return <span class="faint">never</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={clock(at, now.value)} class="nowrap">
      {span(now.value - at)}
      {word}
    </time>
  )
}
