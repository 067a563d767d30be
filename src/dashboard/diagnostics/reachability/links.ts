import type { Reachability } from '../../../schemas/opinions/reachability.ts'
import { GRAVITY } from '../../lib/data/rows.ts'

type Seen = Reachability['rows'][string]['sees'][string]

/** What one server sees of another; without `seen` it told nothing of it, or does not know it. */
export interface Link {
  from: string
  to: string
  seen: Seen | undefined
  /** The other one reaches it all the same. */
  oneWay: boolean
}

/** A server as a row: whom it reaches, and who reaches it, of those of whom that is told. */
export interface Standing {
  name: string
  reaches: number
  knows: number
  reachedBy: number
  knownBy: number
  /** Why it told nothing. */
  silent: string | undefined
}

const isUp = (seen: Seen | undefined) => seen?.state === 'online' || seen?.state === 'suspect'

export function linkBetween({ rows }: Reachability, from: string, to: string): Link {
  const seen = rows[from]?.sees[to]
  return { from, to, seen, oneWay: seen?.state === 'offline' && isUp(rows[to]?.sees[from]) }
}

/** Every link of whom something is told, from whom to whom. */
const linksIn = (map: Reachability): Link[] =>
  map.nodes.flatMap((from) =>
    map.nodes.flatMap((to) => (from === to || !map.rows[from]?.sees[to] ? [] : [linkBetween(map, from, to)]))
  )

/** What is not well, the gravest first. */
export const faultsIn = (map: Reachability): Link[] =>
  linksIn(map)
    .filter(({ seen }) => seen && seen.state !== 'online')
    .toSorted((a, b) => gravity(b) - gravity(a))

const gravity = ({ seen, oneWay }: Link) => (oneWay ? 100 : seen ? GRAVITY[seen.state] : 0)

export function standings(map: Reachability): Standing[] {
  const links = linksIn(map)
  const from = Map.groupBy(links, (link) => link.from)
  const to = Map.groupBy(links, (link) => link.to)
  const up = (some: readonly Link[] = []) => some.filter(({ seen }) => isUp(seen)).length
  return map.nodes.map((name) => ({
    name,
    reaches: up(from.get(name)),
    knows: from.get(name)?.length ?? 0,
    reachedBy: up(to.get(name)),
    knownBy: to.get(name)?.length ?? 0,
    silent: map.rows[name]?.answered ? undefined : (map.rows[name]?.error ?? 'it told nothing')
  }))
}

/** What the picture shows, in words: islands, links that work one way, and who told nothing. */
export function sentencesOf(map: Reachability): string[] {
  const [, ...apart] = map.islands
  const alone = apart.filter(({ length }) => length === 1).flat()
  const groups = apart.filter(({ length }) => length > 1)
  const oneWay = Map.groupBy(map.asymmetric, ([from]) => from ?? '')
  // Who is reached by nobody is said once, and not again as silent.
  const silent = standings(map).filter((one) => one.silent !== undefined && !alone.includes(one.name))
  return [
    ...(alone.length > 0 ? [`Nobody reaches ${named(alone)}.`] : []),
    ...groups.map((island) => `${named(island)} reach each other and nobody else.`),
    ...[...oneWay].map(([from, pairs]) => {
      const others = pairs.map(([, to = '']) => to)
      return `${from} does not reach ${named(others)}, ${others.length > 1 ? 'who reach' : 'which reaches'} ${from}.`
    }),
    ...silent.map(({ name, silent: why }) => `${name} told nothing: ${why}.`)
  ]
}

const NAMED = 4

/** `a, b and c`, or `a, b, c, d and 12 more`. */
export function named(names: readonly string[]): string {
  const shown = names.length > NAMED + 1 ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? '')
}
