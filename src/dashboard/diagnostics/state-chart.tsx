import { useEffect, useRef, useState } from 'preact/hooks'
import { labelLines, linesOf } from '../../charts/words.ts'
import type { Chart, ChartState, ChartWay } from '../../schemas/inspection/chart.ts'

/** The drawing is made for wider letters than the page's, so it can be shown a little smaller. */
const SCALE = 0.8
const AROUND = 8

/**
 * A machine's chart with the states lit that are active now, as wide as the page, or in full size around the lit state.
 * Where regions run side by side, one is shown at a time, or all of them. Its twin is the table of transitions.
 */
export function StateChart({ chart, active }: { chart: Chart; active: readonly string[] }) {
  const regions = chart.states.filter(({ parent }) => parent === '' && chart.states[0]?.kind === 'parallel')
  const [wanted, setWanted] = useState('health')
  const region = regions.find(({ id }) => id === wanted)
  const lit = new Set(active.flatMap(withParents))
  const view = region
    ? {
        x: region.x - AROUND,
        y: region.y - AROUND,
        width: region.width + 2 * AROUND,
        height: region.height + 2 * AROUND
      }
    : { x: 0, y: 0, width: chart.width, height: chart.height }
  // Fitted to a phone it is an outline; where there is room its words are read, around the lit state.
  const [full, setFull] = useState(() => innerWidth >= 640)
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (full && frame.current) centre(frame.current, frame.current.querySelector('.atomic[data-active]'))
  }, [full, wanted, active.join()])
  return (
    <div class="chart-box">
      <div class="row wrap">
        {regions.length > 0 && (
          <div class="tabs" role="group" aria-label="Regions">
            {[...regions, { id: 'all', name: 'all' }].map(({ id, name }) => (
              <button key={id} type="button" aria-pressed={id === (region?.id ?? 'all')} onClick={() => setWanted(id)}>
                {name} <small>{active.find((state) => state.startsWith(`${id}.`))?.slice(id.length + 1)}</small>
              </button>
            ))}
          </div>
        )}
        <button type="button" class="button tiny push" aria-pressed={full} onClick={() => setFull(!full)}>
          Full size
        </button>
      </div>
      <div
        ref={frame}
        class={`chart-scroll ${full ? '' : 'fit'}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        tabIndex={0}
        role="region"
        aria-label={`Chart of ${chart.name}`}
      >
        <svg
          class="statechart"
          viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
          width={view.width * SCALE}
          height={view.height * SCALE}
          role="img"
          aria-label={`State chart of ${chart.name}${active.length > 0 ? `; active: ${active.join(', ')}` : ''}`}
        >
          <title>{chart.description}</title>
          <defs>
            {['calm', 'lit'].map((name) => (
              <marker
                key={name}
                id={`tip-${name}`}
                class={name}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 .8 7 4 0 7.2z" />
              </marker>
            ))}
          </defs>
          {chart.states.map((state) => (
            <State key={state.id} state={state} lit={lit.has(state.id)} />
          ))}
          {chart.ways.map((way) => (
            <Way key={way.id} way={way} lit={active.includes(way.from)} />
          ))}
          {chart.ways.map((way) => (
            <Label key={way.id} way={way} lit={active.includes(way.from)} />
          ))}
        </svg>
      </div>
    </div>
  )
}

function State({ state, lit }: { state: ChartState; lit: boolean }) {
  const { x, y, width, height, kind, initial } = state
  const leaf = kind === 'atomic' || kind === 'final'
  return (
    <g class={`node ${kind}`} data-active={lit || undefined}>
      <rect x={x + 0.5} y={y + 0.5} width={width} height={height} rx={leaf ? 6 : 9}>
        {state.description && <title>{state.description}</title>}
      </rect>
      {initial && <circle cx={x + 11} cy={y + 17} r="2.5" />}
      <text class="title" x={x + (initial ? 19 : 12)} y={y + 21}>
        {state.name}
      </text>
      {linesOf(state).map((line, index) => (
        <text key={line} class="line" x={x + 12} y={y + 37 + index * 16}>
          {line}
        </text>
      ))}
    </g>
  )
}

const Way = ({ way, lit }: { way: ChartWay; lit: boolean }) => (
  <path
    class="way"
    data-lit={lit || undefined}
    d={rounded(way.points)}
    marker-end={`url(#tip-${lit ? 'lit' : 'calm'})`}
  />
)

function Label({ way, lit }: { way: ChartWay; lit: boolean }) {
  const { x, y } = way.labelAt
  const lines = way.transitions.flatMap((transition) =>
    labelLines([transition]).map((line) => ({ ...transition, line }))
  )
  return (
    <g class="label" data-lit={lit || undefined}>
      {lines.map(({ line, event, label, description, actions }, index) => (
        <text key={`${event}${label}${line}`} x={x + 3} y={y + 11 + index * 14}>
          <title>
            {[label, description, actions.length > 0 ? `then ${actions.join(', ')}` : ''].filter(Boolean).join('. ')}
          </title>
          {line}
        </text>
      ))}
    </g>
  )
}

/** Scrolls the frame alone: the page stays where its reader is. */
function centre(frame: HTMLElement, lit: Element | null): void {
  if (!lit) return
  const [outer, inner] = [frame.getBoundingClientRect(), lit.getBoundingClientRect()]
  frame.scrollBy(
    inner.left + inner.width / 2 - outer.left - outer.width / 2,
    inner.top + inner.height / 2 - outer.top - outer.height / 2
  )
}

type Point = readonly [x: number, y: number]

/** A line with soft corners. */
function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  return rest.reduce(
    (path, point, index) => {
      const before = points[index] ?? first
      const after = rest[index + 1]
      if (!after) return `${path}L${point.join(' ')}`
      return `${path}L${towards(point, before)}Q${point.join(' ')} ${towards(point, after)}`
    },
    `M${first.join(' ')}`
  )
}

function towards([x, y]: Point, [toX, toY]: Point): string {
  const length = Math.hypot(toX - x, toY - y)
  const share = length === 0 ? 0 : Math.min(6, length / 2) / length
  return `${(x + (toX - x) * share).toFixed(1)} ${(y + (toY - y) * share).toFixed(1)}`
}

/** `health.online` lights `health` too, and the machine itself. */
function withParents(path: string): string[] {
  const steps = path.split('.')
  return ['', ...steps.map((_, index) => steps.slice(0, index + 1).join('.'))]
}
