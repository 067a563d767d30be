import type { Chart, ChartState, ChartWay } from '../schemas/inspection/chart.ts'

/** A chart as text that Markdown viewers draw (mermaid.js.org, stateDiagram-v2). */
export function mermaidOf({ states, ways }: Chart): string {
  const root = states.find(({ parent }) => parent === undefined)
  if (!root) return 'stateDiagram-v2'
  // Regions are only parted inside of a state, so a root that has some is drawn itself.
  return ['stateDiagram-v2', ...(root.kind === 'parallel' ? childLines(root, '  ') : body(root, '  '))].join('\n')

  /** What is inside of a state. */
  function body(state: ChartState, indent: string): string[] {
    const children = states.filter(({ parent }) => parent === state.id)
    if (children.length === 0) return [`${indent}${alias(state)}`]
    const parts = children.map((child) => [...childLines(child, indent), ...waysFrom(child, indent)])
    return state.kind === 'parallel'
      ? parts.flatMap((part, at) => (at === 0 ? part : [`${indent}--`, ...part]))
      : parts.flat()
  }

  function childLines(state: ChartState, indent: string): string[] {
    const begin = state.initial ? [`${indent}[*] --> ${key(state.id)}`] : []
    const inside = states.some(({ parent }) => parent === state.id)
      ? [`${indent}state ${key(state.id)} {`, ...body(state, `${indent}  `), `${indent}}`]
      : []
    const end = state.kind === 'final' ? [`${indent}${key(state.id)} --> [*]`] : []
    return [`${indent}${alias(state)}`, ...begin, ...inside, ...end]
  }

  function waysFrom(state: ChartState, indent: string): string[] {
    return ways
      .filter(({ from }) => from === state.id)
      .map((way) => `${indent}${key(way.from)} --> ${key(way.to)} : ${words(way)}`)
  }
}

const key = (id: string) => id.replaceAll('.', '_') || 'machine'

const alias = ({ id, name }: ChartState) => `state "${name}" as ${key(id)}`

// Mermaid ends a label at a colon or semicolon.
const words = ({ transitions }: ChartWay) => transitions.map(({ label }) => label.replace(/[:;]/g, ' ')).join('<br>')
