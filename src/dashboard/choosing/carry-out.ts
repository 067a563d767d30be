import type { RolloutView } from '../../schemas/deployments/operation.ts'
import { type Action, operationsOn } from '../deployments/operations.ts'
import type { Api } from '../lib/access/api.ts'
import { asFault } from '../lib/access/fault.ts'
import { byDeployment, type Target } from './plan.ts'

const AT_ONCE = 4

export interface Outcome {
  state: 'now' | 'done' | 'failed'
  detail: string
}

interface Work {
  api: Api
  self: string
  targets: readonly Target[]
  told: (target: Target, outcome: Outcome) => void
}

/**
 * Starts or stops deployments, four at a time. Each is begun as a job of its server, which goes on to its end when the
 * page is closed; what was not begun by then is not done.
 */
export async function carryOut(action: Exclude<Action, 'restart'>, { api, self, targets, told }: Work): Promise<void> {
  const waiting = [...targets]
  const one = async (target: Target) => {
    told(target, { state: 'now', detail: '' })
    try {
      await operationsOn(api, { self, server: target.server, name: target.deployment }).follow(action)
      told(target, { state: 'done', detail: '' })
    } catch (thrown) {
      told(target, { state: 'failed', detail: asFault(thrown).message })
    }
  }
  const inTurn = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await one(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn))
}

/** Begins a rolling restart for each deployment: jobs of this node, which go on without the page. */
export async function beginRestarts({ api, targets, told }: Omit<Work, 'self'>): Promise<RolloutView[]> {
  const begun = byDeployment(targets).map(async ([deployment, on]) => {
    try {
      return [await api.post<RolloutView>('/cluster/rollouts', { deployment, servers: on.map(({ server }) => server) })]
    } catch (thrown) {
      for (const target of on) told(target, { state: 'failed', detail: asFault(thrown).message })
      return []
    }
  })
  return (await Promise.all(begun)).flat()
}
