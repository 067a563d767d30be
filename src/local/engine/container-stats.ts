import pLimit from 'p-limit'
import type { ContainerStats, DeploymentStats } from '../../schemas/deployments/operation.ts'
import type { Engine } from './client.ts'
import type { Container } from './container.ts'
import { EngineFailure } from './failure.ts'
import { readUsage, type Usage } from './usage.ts'

export interface ContainerStatsOptions {
  engine: Engine
  /** Monotonic milliseconds. */
  now: () => number
}

/** How old the sample may be that processor usage is measured against, and how young. */
const WINDOW_MS = { least: 1_000, most: 60_000 }
/** An engine that measures by itself takes up to two seconds for it. */
const TIMEOUT_MS = 6_000

/**
 * Processor, memory and network of containers. The first time the engine measures, which takes it a second; after
 * that its counters are compared with those that were seen the last time.
 */
export function createContainerStats({ engine, now }: ContainerStatsOptions) {
  const seen = new Map<string, { at: number; usage: Usage }>()
  const limit = pLimit(16)

  return async (containers: readonly Container[], deploymentOf: (container: Container) => string | undefined) => {
    for (const [id, { at }] of seen) if (now() - at > WINDOW_MS.most) seen.delete(id)
    const running = containers.filter(({ state }) => state === 'running' || state === 'paused')
    return limit.map(running, async (container) => measure(container, deploymentOf(container)))
  }

  async function measure(container: Container, deployment: string | undefined): Promise<ContainerStats> {
    const of = {
      container_id: container.id.slice(0, 12),
      name: container.name,
      ...(deployment === undefined ? {} : { deployment_name: deployment }),
      ...(container.service === undefined ? {} : { service: container.service })
    }
    try {
      const before = seen.get(container.id)
      const usable = before !== undefined && now() - before.at >= WINDOW_MS.least
      const query = usable ? 'stream=0&one-shot=1' : 'stream=0'
      const answer = await engine.json(`/containers/${container.id}/stats?${query}`, { timeoutMs: TIMEOUT_MS })
      const usage = readUsage(answer)
      seen.set(container.id, { at: now(), usage })
      return { ...of, ...figures(usage, usable ? before.usage : usage.before) }
    } catch (failure) {
      if (!(failure instanceof EngineFailure)) throw failure
      return { ...of, ...figures(NOTHING, undefined), error: failure.message }
    }
  }
}

const NOTHING: Usage = readUsage(undefined)

function figures(usage: Usage, before: Pick<Usage, 'cpu' | 'system'> | undefined) {
  return {
    cpu_percent: before === undefined ? 0 : cpuPercent(usage, before),
    memory_usage: usage.memory,
    memory_limit: usage.memoryLimit,
    memory_percent: usage.memoryLimit > 0 ? round((usage.memory / usage.memoryLimit) * 100) : 0,
    network_rx: usage.networkRx,
    network_tx: usage.networkTx,
    block_read: usage.blockRead,
    block_write: usage.blockWrite,
    pids: usage.pids
  }
}

/** As `docker stats` has it: 100 percent is one processor. */
function cpuPercent({ cpu, system, processors }: Usage, before: Pick<Usage, 'cpu' | 'system'>): number {
  const own = cpu - before.cpu
  const all = system - before.system
  return own > 0 && all > 0 ? round((own / all) * processors * 100) : 0
}

const round = (value: number) => Math.round(value * 100) / 100

/** What the containers of one deployment use together. */
export function addedUp(deployment: string, services: ContainerStats[]): DeploymentStats {
  const sum = (figure: 'cpu_percent' | 'memory_percent' | 'memory_usage' | 'memory_limit') =>
    services.reduce((sum, one) => sum + one[figure], 0)
  const summary = {
    cpu_percent: sum('cpu_percent'),
    memory_percent: sum('memory_percent'),
    memory_usage: sum('memory_usage'),
    memory_limit: sum('memory_limit')
  }
  return { deployment, services, summary }
}
