import elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import { labelLines, linesOf } from '../../charts/words.ts'
import type { Box, Chart, ChartWay } from '../../schemas/inspection/chart.ts'
import type { ReadMachine, ReadWay } from './read.ts'

type State = ReadMachine['states'][number]

/** Pixels of a letter, a line and a margin, as the drawing writes them. */
const LETTER = 6.7
const LINE = 16
const MARGIN = 12

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '4',
  'elk.randomSeed': '1',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT'
}

/** Gives every state and transition its place. The same machine gets the same places each time. */
export async function layOut({ name, description, states, ways }: ReadMachine): Promise<Chart> {
  const [root] = states
  if (!root) throw new Error(`${name} has no states`)
  const boxes = new Map<string, Box>()
  const lines = new Map<string, Pick<ChartWay, 'points' | 'labelAt'>>()
  const size = root.kind === 'parallel' ? await stack(root) : await place(root, MARGIN, MARGIN)
  return {
    name,
    description,
    states: states.map((state) => ({ ...state, ...found(boxes.get(state.id), state.id) })),
    ways: ways.map((way) => ({ ...way, ...found(lines.get(way.id), way.id) })),
    width: Math.ceil(size.width + 2 * MARGIN),
    height: Math.ceil(size.height + 2 * MARGIN)
  }

  /** Nothing leads from one region to another: each is laid out by itself, one below the other. */
  async function stack(parent: State) {
    const head = nodeOf({ ...parent, id: 'none' }).height ?? 0
    let below = MARGIN + head
    let width = 0
    for (const region of childrenOf(parent)) {
      const size = await place(region, 2 * MARGIN, below)
      width = Math.max(width, size.width)
      below += size.height + MARGIN
    }
    const box = { x: MARGIN, y: MARGIN, width: width + 2 * MARGIN, height: below - MARGIN }
    boxes.set(parent.id, box)
    return box
  }

  async function place(state: State, left: number, top: number) {
    const inside = new Set(withDescendants(state).map(({ id }) => id))
    const order = states.map(({ id }) => id)
    const edges = ways
      .filter(({ from, to }) => inside.has(from) && inside.has(to))
      // What leads on in the order of the code leads down.
      .map((way) => edgeOf(way, order.indexOf(way.from) < order.indexOf(way.to) ? 10 : 0))
    const graph: ElkNode = { id: 'graph', children: [nodeOf(state)], edges, layoutOptions: OPTIONS }
    const placed = await new elk.default().layout(graph)
    for (const node of everyNode(placed)) boxes.set(node.id.slice(1), boxOf(node, left, top))
    for (const edge of placed.edges ?? []) {
      const labelAt = boxOf(found(edge.labels?.[0], edge.id), left, top)
      lines.set(edge.id, { points: pointsOf(edge, left, top), labelAt })
    }
    return { width: placed.width ?? 0, height: placed.height ?? 0 }
  }

  function childrenOf({ id }: State) {
    return states.filter(({ parent }) => parent === id)
  }

  function withDescendants(state: State): State[] {
    return [state, ...childrenOf(state).flatMap(withDescendants)]
  }

  function nodeOf(state: State): ElkNode {
    const children = childrenOf(state)
    const text = [state.name, ...linesOf(state)]
    const width = Math.max(...text.map(({ length }) => length)) * LETTER + 2 * MARGIN
    const height = text.length * LINE + 2 * MARGIN - 4
    if (children.length === 0) return { id: nodeId(state.id), width: Math.max(90, width), height }
    const layoutOptions = {
      'elk.padding': `[top=${height},left=18,bottom=18,right=18]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`
    }
    return { id: nodeId(state.id), children: children.map(nodeOf), layoutOptions }
  }
}

function edgeOf({ id, from, to, transitions }: ReadWay, priority: number): ElkExtendedEdge {
  const lines = labelLines(transitions)
  const width = Math.max(...lines.map(({ length }) => length)) * LETTER + 6
  const label = { id: `${id}:label`, text: id, width, height: lines.length * 14 }
  return {
    id,
    sources: [nodeId(from)],
    targets: [nodeId(to)],
    labels: [label],
    layoutOptions: { 'elk.layered.priority.direction': String(priority) }
  }
}

/** Not empty, as the root's would be. */
const nodeId = (id: string) => `/${id}`

function everyNode(node: ElkNode): ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(everyNode)]
}

function pointsOf({ sections = [] }: ElkExtendedEdge, left: number, top: number): [number, number][] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }): [number, number] => [tenth(left + x), tenth(top + y)])
  )
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>, left: number, top: number): Box {
  return { x: tenth(left + x), y: tenth(top + y), width: tenth(width), height: tenth(height) }
}

const tenth = (pixels: number) => Math.round(pixels * 10) / 10

function found<T>(place: T | undefined, id: string): T {
  if (place === undefined) throw new Error(`${id} got no place`)
  return place
}
