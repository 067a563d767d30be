import { randomUUID } from 'node:crypto'
import { RolloutBusy, RolloutUnknown } from '../../errors/deployments.ts'
import type { RolloutStep, RolloutView } from '../../schemas/deployments/operation.ts'
import type { EventLog } from '../../schemas/event.ts'
import { sameName } from '../../schemas/names.ts'
import type { Rollout, RolloutAsk, RolloutNews } from './rollout.ts'

interface RolloutJobsOptions {
  rollout: Rollout
  events: Pick<EventLog, 'publish'>
  /** Wall milliseconds. */
  wall: () => number
  onFault: (error: unknown) => void
}

/** Ended ones that can still be looked at. */
const KEPT = 50

/** Of what a peer says of its restart, which may be a megabyte; how it ended stands at the end. */
const DETAIL = 4_096

export type RolloutJobs = ReturnType<typeof createRolloutJobs>

/** Rollouts that run on this node, also when nobody looks, until they are over or somebody stops them. */
export function createRolloutJobs({ rollout, events, wall, onFault }: RolloutJobsOptions) {
  const jobs = new Map<string, RolloutView>()
  const running = new Map<string, { left: AbortController; stop: AbortController }>()
  let closed = false

  return {
    /** @throws RolloutBusy, and what `rollout` throws before anything is done */
    begin(ask: RolloutAsk): RolloutView {
      const other = [...jobs.values()].find(({ id, deployment }) => running.has(id) && deployment === ask.deployment)
      if (other) throw new RolloutBusy(other.by, other.id)
      const [left, stop] = [new AbortController(), new AbortController()]
      const steps = rollout(ask, left.signal, stop.signal)
      const job = jobOf(ask, now())
      jobs.set(job.id, job)
      events.publish({ type: 'rollout.started', facts: { ...factsOf(job), servers: job.servers.length } })
      running.set(job.id, { left, stop })
      follow(job, steps).catch(onFault)
      forgetOld()
      return job
    },

    /** The newest first, without what was done where all went well: that can be much, and is told of one by its id. */
    all: (): RolloutView[] => [...jobs.values()].reverse().map(inShort),

    find,

    /** No other server is begun; what was begun goes on to its end. */
    stop(id: string, by: string): RolloutView {
      const job = find(id)
      const current = running.get(id)
      if (current && job.status === 'running') {
        Object.assign(job, { status: 'stopping', stopped_by: by })
        current.stop.abort(new Error(`stopped by ${by}`))
      }
      return job
    },

    /** No other server is begun. What was begun there goes on without this node. */
    close(): void {
      closed = true
      for (const { left, stop } of running.values()) {
        stop.abort(new Error('this server was shut down'))
        left.abort()
      }
    }
  }

  function find(id: string): RolloutView {
    const job = jobs.get(id)
    if (!job) throw new RolloutUnknown(id)
    return job
  }

  async function follow(job: RolloutView, steps: ReturnType<Rollout>): Promise<void> {
    for await (const step of steps) note(job, step)
    job.status = job.summary?.failed ? 'failed' : job.summary?.skipped ? 'stopped' : 'succeeded'
    job.finished_at = now()
    running.delete(job.id)
    if (!closed) events.publish({ type: 'rollout.ended', facts: { ...factsOf(job), ...outcomeOf(job) } })
  }

  function forgetOld(): void {
    for (const id of [...jobs.keys()].slice(0, -KEPT)) if (!running.has(id)) jobs.delete(id)
  }

  function now(): string {
    return new Date(wall()).toISOString()
  }
}

const jobOf = ({ deployment, by, servers }: RolloutAsk, started_at: string): RolloutView => ({
  ...{ id: randomUUID(), deployment, by, status: 'running', started_at },
  servers: servers.map((server) => ({ server, state: 'waiting' }))
})

function note(job: RolloutView, step: RolloutNews): void {
  if ('summary' in step) job.summary = step.summary
  else job.servers = job.servers.map((one) => (sameName(one.server, step.server) ? cut(step) : one))
}

function outcomeOf({ status, summary }: RolloutView) {
  const { done = 0, failed = 0, skipped = 0 } = summary ?? {}
  return { outcome: status, done, failed, skipped }
}

const inShort = (job: RolloutView): RolloutView => ({
  ...job,
  servers: job.servers.map(({ detail, ...step }) =>
    step.state === 'done' || detail === undefined ? step : { ...step, detail }
  )
})

function cut(step: RolloutStep): RolloutStep {
  const { detail = '' } = step
  if (detail.length <= DETAIL) return step
  return { ...step, detail: `(${detail.length - DETAIL} earlier characters are left out)\n${detail.slice(-DETAIL)}` }
}

const factsOf = ({ deployment, by, id }: RolloutView) => ({ deployment, by, rollout: id })
