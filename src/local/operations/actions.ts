import { EngineRefused } from '../../errors/deployments.ts'
import type { Action } from '../../schemas/deployments/operation.ts'
import { type Condition, conditionOf, type Dependency } from '../compose/service.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import type { Target } from '../listing/find-deployment.ts'
import { servicesOf } from '../listing/services.ts'
import { bringUp } from './bring-up.ts'
import type { createComposeCli } from './compose-cli.ts'
import { createContainers } from './containers.ts'
import type { Progress } from './jobs.ts'
import { startLayers } from './order.ts'

export interface ActionsOptions {
  engine: Engine
  composeUp: ReturnType<typeof createComposeCli>
  signal: AbortSignal
  healthPollMs?: number
}

type Act = (target: Target, progress: Progress) => Promise<void>

/** What is done to a deployment's containers, in the order that its services need. */
export function createActions({ engine, composeUp, signal, healthPollMs }: ActionsOptions): Record<Action, Act> {
  const containers = createContainers({ engine, signal, ...(healthPollMs === undefined ? {} : { healthPollMs }) })
  return { start, stop, restart }

  async function start(target: Target, progress: Progress): Promise<void> {
    const services = stepsOf(target).filter(({ orphan }) => !orphan)
    if (target.members.length === 0 || services.some(({ lacking }) => lacking))
      return bringUp(target, { composeUp, line: progress.line, signal })
    await startAll(services, progress)
  }

  async function stop(target: Target, progress: Progress): Promise<void> {
    await stopAll(stepsOf(target), progress)
  }

  async function restart(target: Target, progress: Progress): Promise<void> {
    if (target.members.length === 0) return bringUp(target, { composeUp, line: progress.line, signal })
    const services = stepsOf(target).filter(({ orphan }) => !orphan)
    await stopAll(services, progress).catch(async (failure: unknown) => {
      // The engine is there and refuses one container: what was stopped for nothing is not left lying.
      if (failure instanceof EngineRefused) await startAll(services, progress).catch(() => undefined)
      throw failure
    })
    await startAll(services, progress)
  }

  async function startAll(services: readonly Service[], progress: Progress): Promise<void> {
    for (const layer of startLayers(services)) {
      await containers.healthy(needed(layer, services, 'healthy'))
      await containers.completed(needed(layer, services, 'completed'))
      await each(layer, async (container) => {
        await containers.start(container)
        progress.line(`${container.name} started`)
      })
    }
  }

  async function stopAll(services: readonly Service[], progress: Progress): Promise<void> {
    for (const layer of startLayers(services).reverse()) {
      await each(layer, async (container) => {
        if (DOWN.has(container.state)) return
        await containers.stop(container)
        progress.line(`${container.name} stopped`)
      })
    }
  }
}

const DOWN: ReadonlySet<string> = new Set(['exited', 'created', 'configured', 'dead'])

interface Service {
  name: string
  dependsOn: readonly string[]
  needs: readonly Dependency[]
  containers: readonly Container[]
  /** There are fewer containers than there should be. */
  lacking: boolean
  orphan: boolean
}

function stepsOf({ folder, members }: Target): Service[] {
  return servicesOf(folder, members).map(({ name, containers, declared, wanted, orphan }) => {
    const needs = noted(containers) ?? declared?.dependsOn ?? []
    const lacking = containers.length < (wanted ?? 0)
    return { name, dependsOn: needs.map((need) => need.name), needs, containers, lacking, orphan }
  })
}

/** What compose noted on the containers is what they were made with. */
function noted([container]: readonly Container[]): Dependency[] | undefined {
  return container?.dependsOn?.map(({ name, condition }) => ({
    name,
    condition: conditionOf(condition),
    required: true
  }))
}

/** The containers that must be so before this layer is started. */
function needed(layer: readonly Service[], services: readonly Service[], condition: Condition): Container[] {
  const needs = layer.flatMap((service) => service.needs).filter((need) => need.condition === condition)
  const names = new Set(needs.map(({ name }) => name))
  return services.filter(({ name }) => names.has(name)).flatMap((service) => service.containers)
}

/** All containers of a layer at once. When one fails, the others are still waited for: nothing is left half done. */
async function each(layer: readonly Service[], act: (container: Container) => Promise<void>): Promise<void> {
  const done = await Promise.allSettled(layer.flatMap(({ containers }) => containers.map(act)))
  const failed = done.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
