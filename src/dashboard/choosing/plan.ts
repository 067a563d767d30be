import { isUp } from '../deployments/images.ts'
import type { Action } from '../deployments/operations.ts'
import type { DeploymentRow, ServerRow } from '../lib/data/rows.ts'

export interface Target {
  key: string
  server: string
  deployment: string
}

interface Plan {
  does: readonly Target[]
  /** What is left as it is, and why. */
  leaves: readonly (Target & { why: string })[]
}

/** What an action would do with the chosen deployments, told before anything is done. */
export function planOf(action: Action, rows: readonly DeploymentRow[], servers: readonly ServerRow[]): Plan {
  const withoutEngine = new Set(
    servers.filter(({ unsure }) => unsure.some(({ about }) => about === 'engine')).map(({ name }) => name)
  )
  const all = rows.map((row) => ({
    key: row.key,
    server: row.server,
    deployment: row.deployment.name,
    why: withoutEngine.has(row.server) ? 'no engine to start or stop it' : against(action, row)
  }))
  return {
    does: all.filter(({ why }) => why === undefined),
    leaves: all.flatMap(({ why, ...target }) => (why === undefined ? [] : [{ ...target, why }]))
  }
}

function against(action: Action, { old, deployment }: DeploymentRow): string | undefined {
  if (old) return 'its server does not answer'
  if (action === 'start') return deployment.status === 'running' ? 'it runs' : undefined
  return deployment.services.some(isUp) ? undefined : 'it does not run'
}

/** A line for each deployment, with the servers that it is on. */
export const byDeployment = (targets: readonly Target[]) => [
  ...Map.groupBy(targets, ({ deployment }) => deployment).entries()
]
