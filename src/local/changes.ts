import type { Deployment } from '../schemas/deployment.ts'

export interface DeploymentChange {
  name: string
  /** Absent for one that is new. */
  from?: string
  /** Absent for one that is gone. */
  to?: string
  reason?: string
}

/**
 * Tells which deployments changed from one list to the next. `unknown` is no change: that the engine is away is one
 * fact and not one for each deployment, and what counts is how they are when it is back.
 */
export function createChanges() {
  let known: Map<string, string> | undefined

  return (deployments: readonly Deployment[]): DeploymentChange[] => {
    const before = known
    known = new Map(
      deployments.map(({ name, status }) => [name, (status === 'unknown' && before?.get(name)) || status])
    )
    if (!before) return []
    const gone = [...before].filter(([name]) => !known?.has(name)).map(([name, from]) => ({ name, from }))
    return [...deployments.flatMap((deployment) => changeOf(deployment, before.get(deployment.name))), ...gone]
  }
}

function changeOf({ name, status, status_reason: reason }: Deployment, from: string | undefined): DeploymentChange[] {
  if (status === from || (status === 'unknown' && from !== undefined)) return []
  // The first status after an unknown beginning is news to nobody.
  if (from === 'unknown') return []
  return [{ name, ...(from === undefined ? {} : { from }), to: status, ...(reason === undefined ? {} : { reason }) }]
}
