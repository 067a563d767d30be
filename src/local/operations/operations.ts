import { EngineRefused } from '../../errors/deployments.ts'
import type { Deployment } from '../../schemas/deployments/deployment.ts'
import type { Action, ActionResult, DeploymentAudit, Job } from '../../schemas/deployments/operation.ts'
import { type Condition, conditionOf, type Dependency } from '../compose/service.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import { findDeployment, type Target } from '../listing/find-deployment.ts'
import { servicesOf } from '../listing/services.ts'
import type { Survey } from '../listing/survey.ts'
import { bringUp } from './bring-up.ts'
import type { createComposeCli } from './compose-cli.ts'
import { createContainers } from './containers.ts'
import { createJobs, type Order, type Progress } from './jobs.ts'
import { startLayers } from './order.ts'
import { readSecrets, redactError } from './redact.ts'

export interface OperationsOptions {
  /** What is there right now; never a remembered answer. */
  look: () => Promise<Survey>
  engine: Engine
  composeUp: ReturnType<typeof createComposeCli>
  audit: (entry: DeploymentAudit) => void
  signal: AbortSignal
  now: () => number
  healthPollMs?: number
}

/** Starts, stops and restarts deployments, in the order that their services need. */
export function createOperations({ look, engine, composeUp, audit, signal, now, healthPollMs }: OperationsOptions) {
  const jobs = createJobs({ now })
  const containers = createContainers({ engine, signal, ...(healthPollMs === undefined ? {} : { healthPollMs }) })
  const actions: Record<Action, (target: Target, progress: Progress) => Promise<void>> = { start, stop, restart }

  return {
    /** Begins a change; `result` rejects with what went wrong, and may be left alone. */
    async begin(order: Order): Promise<{ job: Job; result: Promise<ActionResult> }> {
      const since = performance.now()
      const note = (outcome: DeploymentAudit['outcome'], failure?: unknown) =>
        audit({ ...order, outcome, ...reasonOf(failure), durationMs: Math.round(performance.now() - since) })
      try {
        findDeployment(await look(), order.deployment)
        const { job, finished } = jobs.begin(order, async (progress) => {
          // Looked at again, because what was under way before may just have ended.
          const target = findDeployment(await look(), order.deployment)
          await discreetly(target, progress, (hidden) => actions[order.action](target, hidden))
        })
        const result = finished.then(async ({ failure }) => {
          note(failure === undefined ? 'succeeded' : 'failed', failure)
          // Also after a failure: half of it may have been done.
          const { list } = await look()
          if (failure !== undefined) throw failure
          const deployment = list.deployments.find(({ name }) => name === order.deployment)
          return describe(job, deployment, Math.round(performance.now() - since))
        })
        result.catch(() => undefined)
        return { job, result }
      } catch (refusal) {
        note('refused', refusal)
        throw refusal
      }
    },

    job: jobs.find,
    busy: jobs.busy,
    settled: jobs.settled
  }

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

const MAX_LINE = 4_096

/** Engine and compose quote what they were given; the project's secrets are for no answer, event or log. */
async function discreetly(
  { folder }: Target,
  progress: Progress,
  work: (progress: Progress) => Promise<void>
): Promise<void> {
  const redact = await readSecrets(folder.real ?? folder.path, ['.env', ...folder.files, ...folder.sources])
  try {
    await work({ line: (text) => progress.line(clip(redact(text))) })
  } catch (failure) {
    redactError(failure, redact)
    throw failure
  }
}

const clip = (line: string) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} …(cut)` : line)

function describe(job: Job, deployment: Deployment | undefined, duration_ms: number): ActionResult {
  const but = job.action !== 'stop' && deployment && deployment.status !== 'running'
  const state = but ? `, and is ${deployment.status}: ${deployment.status_reason ?? 'not all of it runs'}` : ''
  return {
    message: `Deployment ${PAST[job.action]}${state}`,
    name: job.deployment,
    output: job.output,
    action: job.action,
    job_id: job.id,
    duration_ms,
    ...(deployment === undefined ? {} : { deployment })
  }
}

const PAST: Record<Action, string> = { start: 'started', stop: 'stopped', restart: 'restarted' }
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

function reasonOf(failure: unknown): { reason?: string } {
  return failure instanceof Error ? { reason: failure.message } : {}
}
