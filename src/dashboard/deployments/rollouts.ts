import { effect } from '@preact/signals'
import type { RolloutView } from '../../schemas/operation.ts'
import type { Api } from '../lib/api.ts'
import { createResource } from '../lib/resource.ts'

const WHILE_RUNNING_MS = 2_000

export const isUnderWay = ({ status }: RolloutView) => status === 'running' || status === 'stopping'

/** Restarts on several servers that this node runs: looked at often while one is under way, else when an event tells of one. */
export function createRollouts(api: Api) {
  const all = createResource<readonly RolloutView[]>({
    load: async (signal) => (await api.get<{ rollouts: RolloutView[] }>('/cluster/rollouts', signal)).rollouts,
    everyMs: 60_000
  })
  effect(() => {
    if (all.data.value?.some(isUnderWay)) setTimeout(all.refresh, WHILE_RUNNING_MS)
  })
  return all
}
