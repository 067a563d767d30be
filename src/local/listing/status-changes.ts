import type { Deployment } from '../../schemas/deployment.ts'

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
      const before = known
      const at = now()
      const seen = deployments.map((deployment) => look(deployment, before?.get(deployment.name), at))
      known = new Map(seen.map(({ name, state }) => [name, state]))
      if (!before) return []
      const present = known
      const gone = [...before].filter(([name]) => !present.has(name)).map(([name, { told }]) => ({ name, from: told }))
      return [...seen.flatMap(({ change }) => change ?? []), ...gone]
    },

    /** Something has changed that is not told yet: look again in a while. */
    holds: () => [...(known?.values() ?? [])].some(({ told, now: is }) => told !== is),
    settledMs: OFTEN.settledMs
  }
}

function look(deployment: Deployment, before: Known | undefined, at: number) {
  const { name, status, status_reason } = deployment
  const reason = status_reason === undefined ? {} : { reason: status_reason }
  if (!before) return { name, state: fresh(status, at), change: { name, to: status, ...reason } }
  // The first status after an unknown beginning is news to nobody.
  if (before.told === 'unknown') return { name, state: fresh(status, at) }
  if (status === 'unknown') return { name, state: before }

  const since = status === before.now ? before.since : at
  const tellings = before.tellings.filter((telling) => at - telling < OFTEN.withinMs)
  const state = { ...before, now: status, since, tellings }
  const held = tellings.length >= OFTEN.times && at - since < OFTEN.settledMs
  if (status === before.told || held) return { name, state }
  return {
    name,
    state: { ...state, told: status, tellings: [...tellings, at] },
    change: { name, from: before.told, to: status, ...reason }
  }
}

const fresh = (status: string, at: number): Known => ({ told: status, now: status, since: at, tellings: [] })
