import { randomUUID } from 'node:crypto'
import { DeploymentBusy, JobUnknown } from '../../errors/deployments.ts'
import type { Action, Job } from '../../schemas/deployments/operation.ts'
import { codeOf } from '../../untyped.ts'

export interface JobsOptions {
  /** Wall milliseconds. */
  now: () => number
  /** How long a finished job can be looked up. */
  keepMs?: number
}

export interface Order {
  deployment: string
  action: Action
  /** Who wants it, in words for a person. */
  by: string
}

/** What a job writes while it runs. */
export interface Progress {
  line: (text: string) => void
}

/** A job that is over; `failure` is what it threw. */
export interface Finished {
  job: Job
  failure?: unknown
}

const MAX_LINES = 500
/** The oldest go first. */
const MOST_JOBS = 200

/** Changes of deployments, one at a time for each of them. They run to their end, also when nobody waits for it. */
export function createJobs({ now, keepMs = 15 * 60_000 }: JobsOptions) {
  const jobs = new Map<string, Job>()
  const timestamp = () => new Date(now()).toISOString()
  const active = new Map<string, { job: Job; finished: Promise<Finished> }>()

  return {
    /** Starts at once, or throws DeploymentBusy. */
    begin(order: Order, work: (progress: Progress) => Promise<void>) {
      const { deployment } = order
      forgetOld()
      const current = active.get(deployment)?.job
      if (current)
        throw new DeploymentBusy(deployment, VERB[current.action], current.by, current.started_at, current.id)
      const job = newJob(order, timestamp())
      jobs.set(job.id, job)
      const finished = run(job, work, timestamp).finally(() => active.delete(deployment))
      active.set(deployment, { job, finished })
      return { job, finished }
    },

    find(deployment: string, id: string): Job {
      const job = id === 'active' ? active.get(deployment)?.job : jobs.get(id)
      if (job?.deployment !== deployment) throw new JobUnknown(id, deployment)
      return job
    },

    busy: (deployment: string) => active.has(deployment),

    /** Resolves when nothing is under way any more. */
    async settled(): Promise<void> {
      await Promise.all([...active.values()].map(({ finished }) => finished))
    }
  }

  function forgetOld(): void {
    for (const [id, { finished_at }] of jobs) {
      const old = jobs.size > MOST_JOBS || (finished_at !== undefined && now() - Date.parse(finished_at) > keepMs)
      if (old && finished_at !== undefined) jobs.delete(id)
    }
  }
}

const newJob = (order: Order, started_at: string): Job => ({
  ...{ id: randomUUID(), ...order, status: 'running', lines: [], output: '', started_at }
})

/** Writes into the job how it goes on, and how it ended. Never rejects. */
async function run(job: Job, work: (progress: Progress) => Promise<void>, timestamp: () => string): Promise<Finished> {
  const line = (text: string) => {
    if (job.lines.length >= MAX_LINES) return
    job.lines.push(text)
    job.output = job.lines.join('\n')
  }
  try {
    await work({ line })
    job.status = 'succeeded'
    return { job }
  } catch (cause) {
    job.status = 'failed'
    job.error = cause instanceof Error ? cause.message : String(cause)
    const code = codeOf(cause)?.toLowerCase()
    if (code !== undefined) job.code = code
    return { job, failure: cause }
  } finally {
    job.finished_at = timestamp()
  }
}

const VERB: Record<Action, string> = { start: 'started', stop: 'stopped', restart: 'restarted' }
