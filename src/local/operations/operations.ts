import type { Deployment } from '../../schemas/deployments/deployment.ts'
import type { Action, ActionResult, DeploymentAudit, Job } from '../../schemas/deployments/operation.ts'
import { findDeployment, type Target } from '../listing/find-deployment.ts'
import type { Survey } from '../listing/survey.ts'
import { type ActionsOptions, createActions } from './actions.ts'
import { createJobs, type Order, type Progress } from './jobs.ts'
import { readSecrets, redactError } from './redact.ts'

export interface OperationsOptions extends ActionsOptions {
  /** What is there right now; never a remembered answer. */
  look: () => Promise<Survey>
  audit: (entry: DeploymentAudit) => void
  now: () => number
}

/** Starts, stops and restarts deployments, in the order that their services need. */
export function createOperations({ look, audit, now, ...options }: OperationsOptions) {
  const jobs = createJobs({ now })
  const actions = createActions(options)

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

function reasonOf(failure: unknown): { reason?: string } {
  return failure instanceof Error ? { reason: failure.message } : {}
}
