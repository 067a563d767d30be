import type { UsagePast, UsageRange } from '../../../schemas/deployments/usage.ts'
import { type Api, segment } from '../access/api.ts'
import { asFault, type Fault, notOffered } from '../access/fault.ts'
import { field, list, number } from './reading.ts'

export interface Usage {
  server: string
  at: readonly number[]
  cpu: readonly number[]
  memory: readonly number[]
  disk: readonly number[]
  load: readonly number[]
  /** Why there is nothing. */
  fault?: Fault
  /** The node does not keep such a past. */
  none?: boolean
}

const FIGURES = ['at', 'cpu', 'memory', 'disk', 'load'] as const

/** How the chosen servers did over time: each keeps its own past, and is asked for it. */
export async function loadUsage(
  api: Api,
  { self, servers, range }: { self: string; servers: readonly string[]; range: UsageRange },
  signal: AbortSignal
): Promise<readonly Usage[]> {
  return Promise.all(
    servers.map(async (server): Promise<Usage> => {
      const node = server === self ? '' : `/cluster/peers/${segment(server)}/proxy`
      try {
        return usageOf(server, await api.get<UsagePast>(`${node}/stats/history?range=${range}`, signal))
      } catch (thrown) {
        signal.throwIfAborted()
        const fault = asFault(thrown)
        return { ...usageOf(server, undefined), fault, none: notOffered(fault) }
      }
    })
  )
}

function usageOf(server: string, answer: unknown): Usage {
  const [at = [], cpu = [], memory = [], disk = [], load = []] = FIGURES.map((name) =>
    list(field(answer, name)).map((value) => number(value) ?? 0)
  )
  return { server, at, cpu, memory, disk, load }
}
