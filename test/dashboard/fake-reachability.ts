import { asymmetricIn, islandsIn } from '../../src/cluster/opinions/map.ts'
import type { Reachability } from '../../src/schemas/opinions/reachability.ts'
import type { Server, World } from './world.ts'

const REACHABLE = new Set(['online', 'suspect'])

/** Who sees whom in an invented cluster: what this server sees of a server, the others see of it too, but for the cut links. */
export function reachability({ self, servers, cut = [] }: World): Reachability {
  const nodes = [self, ...servers.map(({ name }) => name).filter((name) => name !== self)]
  const isCut = (from: string, to: string) => cut.some(([a, b]) => a === from && b === to)
  const seen = (from: string, { name, verdict, latencyMs }: Server) => {
    if (isCut(from, name)) return { state: 'offline' as const, scope: 'here_only' as const }
    if (!REACHABLE.has(verdict)) return { state: verdict, scope: 'confirmed' as const }
    return { state: verdict, ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }) }
  }
  const rows: Reachability['rows'] = Object.fromEntries(
    servers.map(({ name, verdict }) => {
      if (!REACHABLE.has(verdict)) return [name, { answered: false, error: 'it does not answer', sees: {} }]
      const others = servers.filter((other) => other.name !== name)
      return [
        name,
        { answered: true, sees: Object.fromEntries(others.map((other) => [other.name, seen(name, other)])) }
      ]
    })
  )
  return { nodes, rows, asymmetric: asymmetricIn(nodes, rows), islands: islandsIn(nodes, rows) }
}
