import type { Deployment } from '../../schemas/deployments/deployment.ts'

export interface DeploymentChange {
  name: string
  /** Absent for one that is new. */
  from?: string
  /** Absent for one that is gone. */
  to?: string
  reason?: string
}

interface Known {
  /** What was told last. */
  told: string
  /** What it is now, and since when. */
  now: string
  since: number
  /** When it was told, within the last ten minutes. */
  tellings: readonly number[]
}

/** A container that crashes and is started again, over and over, is told so often, and then only once it stays. */
const OFTEN = { times: 5, withinMs: 600_000, settledMs: 60_000 }

/**
 * Tells which deployments changed from one list to the next. `unknown` is no change: that the engine is away is one
 * fact and not one for each deployment, and what counts is how they are when it is back. `now` is monotonic.
 */
export function createChanges({ now }: { now: () => number }) {
  let known: Map<string, Known> | undefined

  return {
    between(deployments: readonly Deployment[]): DeploymentChange[] {
      const first = known === undefined
      known ??= new Map()
      const changes: DeploymentChange[] = []
      const at = now()
      for (const deployment of deployments) {
        const before = known.get(deployment.name)
        const { state, change } = look(deployment, before, at)
        if (state !== before) known.set(deployment.name, state)
        if (change) changes.push(change)
      }
      if (known.size > deployments.length) changes.push(...forgetGone(known, deployments))
      return first ? [] : changes
    },

    /** Something has changed that is not told yet: look again in a while. */
    holds: () => [...(known?.values() ?? [])].some(({ told, now: is }) => told !== is),
    settledMs: OFTEN.settledMs
  }
}

function forgetGone(known: Map<string, Known>, deployments: readonly Deployment[]): DeploymentChange[] {
  const present = new Set(deployments.map(({ name }) => name))
  const gone = [...known].filter(([name]) => !present.has(name))
  for (const [name] of gone) known.delete(name)
  return gone.map(([name, { told }]) => ({ name, from: told }))
}

/** What is known of a deployment now, and whether that is news; the same object when nothing is. */
function look(
  deployment: Deployment,
  before: Known | undefined,
  at: number
): { state: Known; change?: DeploymentChange } {
  const { name, status, status_reason } = deployment
  const reason = status_reason === undefined ? {} : { reason: status_reason }
  if (!before) return { state: fresh(status, at), change: { name, to: status, ...reason } }
  if (status === 'unknown') return { state: before }
  // The first status after an unknown beginning is news to nobody.
  if (before.told === 'unknown') return { state: fresh(status, at) }
  // Nearly all are as they were.
  if (status === before.now && status === before.told && before.tellings.length === 0) return { state: before }

  const since = status === before.now ? before.since : at
  const tellings = before.tellings.filter((telling) => at - telling < OFTEN.withinMs)
  const state = { ...before, now: status, since, tellings }
  const held = tellings.length >= OFTEN.times && at - since < OFTEN.settledMs
  if (status === before.told || held) return { state }
  return {
    state: { ...state, told: status, tellings: [...tellings, at] },
    change: { name, from: before.told, to: status, ...reason }
  }
}

const fresh = (status: string, at: number): Known => ({ told: status, now: status, since: at, tellings: [] })
