import { useMemo, useRef, useState } from 'preact/hooks'
import type { Reachability } from '../../../schemas/opinions/reachability.ts'
import { millis } from '../../lib/words/format.ts'
import { verdictLook } from '../../parts/state.tsx'
import { cellPaths, type Tone } from './cells.ts'
import { linkBetween } from './links.ts'

const TONES: readonly (readonly [Tone, string])[] = [
  ['good', 'reached'],
  ['warn', 'suspect'],
  ['bad', 'not reached'],
  ['odd', 'one way'],
  ['none', 'not told']
]

/** Rows up to here are high enough for a name. */
const NAMED = 40

/** Many servers: a picture in which one that is dead is a column, and one that is cut off a row. */
export function Grid({ map }: { map: Reachability }) {
  const [at, setAt] = useState<{ x: number; y: number }>()
  const place = useRef<SVGSVGElement>(null)
  const paths = useMemo(() => cellPaths(map), [map])
  const size = map.nodes.length
  const [from, to] = [map.nodes[at?.y ?? -1], map.nodes[at?.x ?? -1]]

  function point({ clientX, clientY }: PointerEvent) {
    const box = place.current?.getBoundingClientRect()
    if (!box) return
    const cell = (part: number) => Math.min(size - 1, Math.max(0, Math.floor(part * size)))
    setAt({ x: cell((clientX - box.left) / box.width), y: cell((clientY - box.top) / box.height) })
  }

  return (
    <figure class="grid-map" style={{ '--cells': String(size) }}>
      <figcaption>
        <ul class="legend">
          {TONES.map(([tone, word]) => (
            <li key={tone} class={`key-${tone}`}>
              <span>{word}</span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div class={`board ${size <= NAMED ? 'with-names' : ''}`}>
        {size <= NAMED && (
          <ol aria-hidden="true">
            {map.nodes.map((name) => (
              <li key={name}>
                <span class="cut foreign">{name}</span>
              </li>
            ))}
          </ol>
        )}
        <svg
          ref={place}
          viewBox={`0 0 ${size} ${size}`}
          role="img"
          aria-label={`Who sees whom among ${size} servers; the same is in the tables below`}
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={({ pointerType }) => pointerType === 'mouse' && setAt(undefined)}
        >
          {at && <rect class="cross" x="0" y={at.y} width={size} height="1" />}
          {at && <rect class="cross" x={at.x} y="0" width="1" height={size} />}
          {Object.entries(paths).map(([tone, path]) => (
            <path key={tone} class={`tone-${tone}`} d={path} />
          ))}
        </svg>
      </div>
      <p class="readout-line foreign" aria-live="off">
        {from !== undefined && to !== undefined
          ? wordsOf(map, from, to)
          : 'Each row is what one server sees of the others. Point at a cell to read it; the table below says the same.'}
      </p>
    </figure>
  )
}

function wordsOf(map: Reachability, from: string, to: string): string {
  if (from === to) return from
  const { seen, oneWay } = linkBetween(map, from, to)
  if (!seen) return `${from} → ${to}: not told`
  const took = seen.latency_ms === undefined ? '' : `, ${millis(seen.latency_ms)}`
  return `${from} → ${to}: ${verdictLook(seen.state).word}${took}${oneWay ? ', though the other way works' : ''}`
}
