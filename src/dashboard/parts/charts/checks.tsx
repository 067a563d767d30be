import { useEffect, useRef, useState } from 'preact/hooks'
import type { Check } from '../../lib/data/histories.ts'
import { useDesk } from '../../lib/desk.ts'
import { CAUSES } from '../../lib/words/causes.ts'
import { clock, millis } from '../../lib/words/format.ts'

const SHOWN = 50
const HEIGHT = 20

/** The last checks of one peer, asked for only while they can be seen. */
export function PeerChecks({ name }: { name: string }) {
  const { histories } = useDesk()
  const place = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const observer = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)))
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => (seen ? histories.checks(name).watch() : undefined), [seen, name])
  return (
    <div ref={place}>
      <Checks checks={histories.checks(name).data.value ?? []} />
    </div>
  )
}

/** One bar a check: how high tells how long the answer took, and a failed one reaches from top to bottom; under the pointer, when and why. */
export function Checks({ checks }: { checks: readonly Check[] }) {
  const [pointed, setPointed] = useState<Check>()
  const shown = checks.slice(-SHOWN)
  const failed = shown.filter(({ ok }) => !ok).length
  const slowest = Math.max(20, ...shown.map(({ ms }) => ms ?? 0))
  const paths = { ok: '', no: '', gap: '' }
  for (let index = 0; index < SHOWN; index++) {
    const check = shown[index - (SHOWN - shown.length)]
    const kind = !check ? 'gap' : check.ok ? 'ok' : 'no'
    const height = !check ? 2 : check.ok ? 5 + 11 * Math.sqrt(Math.min(1, (check.ms ?? 0) / slowest)) : HEIGHT
    paths[kind] += `M${index * 4} ${HEIGHT}v${-height.toFixed(1)}h3v${height.toFixed(1)}z`
  }
  const first = shown[0]
  const label = first
    ? `${shown.length - failed} of the last ${shown.length} checks answered, since ${clock(first.at)}`
    : 'No checks yet'
  return (
    <svg
      class="checks"
      onPointerMove={({ currentTarget, clientX }) => {
        const { left, width } = currentTarget.getBoundingClientRect()
        setPointed(shown[Math.floor(((clientX - left) / width) * SHOWN) - (SHOWN - shown.length)])
      }}
      onPointerLeave={() => setPointed(undefined)}
      viewBox={`0 0 ${SHOWN * 4 - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{pointed ? toldOf(pointed) : label}</title>
      <path class="gap" d={paths.gap} />
      <path class="ok" d={paths.ok} />
      <path class="no" d={paths.no} />
    </svg>
  )
}

/** When it was, and how it went. */
const toldOf = ({ at, ok, ms, why }: Check) =>
  `${clock(at)}: ${ok ? `answered after ${millis(ms)}` : `failed, ${causeOf(why)}`}`

/** A class in words; what a node says in words of its own stays. */
export const causeOf = (why: string) => Object.entries(CAUSES).find(([key]) => key === why)?.[1] ?? why
