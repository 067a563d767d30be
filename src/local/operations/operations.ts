import { ComposeInvalid, EngineRefused, ProjectTaken } from '../../errors.ts'
import type { Deployment } from '../../schemas/deployment.ts'
import type { Action, ActionResult, DeploymentAudit, Job } from '../../schemas/operation.ts'
import type { Folder } from '../disk/folder.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import { findDeployment, type Target } from '../listing/find-deployment.ts'
import type { Survey } from '../listing/survey.ts'
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
    const services = servicesOf(target)
    const lacking = services.filter((service) => !service.optional && service.containers.length === 0)
    if (target.members.length === 0 || lacking.length > 0) return up(target, progress)
    await startAll(services, progress)
  }

  async function stop(target: Target, progress: Progress): Promise<void> {
    await stopAll(servicesOf(target), progress)
  }

  async function restart(target: Target, progress: Progress): Promise<void> {
    if (target.members.length === 0) return up(target, progress)
    const services = servicesOf(target)
    await stopAll(services, progress).catch(async (failure: unknown) => {
      // The engine is there and refuses one container: what was stopped for nothing is not left lying.
      if (failure instanceof EngineRefused) await startAll(services, progress).catch(() => undefined)
      throw failure
    })
    await startAll(services, progress)
  }

  async function up({ folder, members, strangers }: Target, progress: Progress): Promise<void> {
    if (folder.error !== undefined || folder.real === undefined) throw new ComposeInvalid(folder.error ?? folder.name)
    const project = members[0]?.project
    const [stranger] = strangers
    if (stranger) throw new ProjectTaken(project ?? folder.project, stranger.workingDir ?? stranger.name)
    const named = project === undefined || project === folder.project ? {} : { project }
    await composeUp({ dir: folder.real, ...named, keep: members.length > 0 }, progress.line, signal)
  }

  async function startAll(services: readonly Service[], progress: Progress): Promise<void> {
    for (const layer of startLayers(services)) {
      const needed = new Set(layer.flatMap(({ needsHealthy }) => needsHealthy))
      const awaited = services.filter(({ name }) => needed.has(name)).flatMap((service) => service.containers)
      if (awaited.length > 0) await containers.healthy(awaited)
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
  const redact = await readSecrets(folder.real ?? folder.path)
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
  needsHealthy: readonly string[]
  optional: boolean
  containers: readonly Container[]
}

/** The services that the file declares, and those that only have containers. */
function servicesOf({ folder, members }: { folder: Folder; members: readonly Container[] }): Service[] {
  const byService = Map.groupBy(members, ({ service, name }) => service ?? name)
  const declared = folder.services.map((service) => ({ ...service, containers: byService.get(service.name) ?? [] }))
  const known = new Set(declared.map(({ name }) => name))
  const others = [...byService].filter(([name]) => !known.has(name))
  return [
    ...declared,
    ...others.map(([name, own]) => ({ name, dependsOn: [], needsHealthy: [], optional: true, containers: own }))
  ]
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
