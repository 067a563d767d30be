import { UP } from '../../schemas/health.ts'
import type { Reachability } from '../../schemas/opinions/reachability.ts'

type Rows = Reachability['rows']

const isUp = (rows: Rows, from: string, to: string) => UP.has(rows[from]?.sees[to]?.state ?? 'unknown')

/** Links that work in one direction alone: the first does not reach the second, which reaches the first. */
export const asymmetricIn = (nodes: readonly string[], rows: Rows): string[][] =>
  nodes.flatMap((from) =>
    nodes.filter((to) => rows[from]?.sees[to]?.state === 'offline' && isUp(rows, to, from)).map((to) => [from, to])
  )

/** Nodes that are connected, by whomever, whichever way a link works. The largest first. */
export function islandsIn(nodes: readonly string[], rows: Rows): string[][] {
  const left = new Set(nodes)
  const islands: string[][] = []
  for (const first of nodes) {
    if (!left.delete(first)) continue
    const island = [first]
    for (const from of island)
      for (const to of [...left])
        if (isUp(rows, from, to) || isUp(rows, to, from)) {
          left.delete(to)
          island.push(to)
        }
    islands.push(island.toSorted())
  }
  return islands.toSorted((a, b) => b.length - a.length)
}
