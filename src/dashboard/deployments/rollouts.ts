import type { RolloutView } from '../../schemas/deployments/operation.ts'
import type { Api } from '../lib/access/api.ts'
import { createResource } from '../lib/data/resource.ts'

const WHILE_RUNNING_MS = 2_000
const ELSE_MS = 60_000

export const isUnderWay = ({ status }: RolloutView) => status === 'running' || status === 'stopping'

/** Restarts on several servers that this server runs: looked at often while one is under way, else when an event tells of one. */
export const createRollouts = (api: Api) =>
  createResource<readonly RolloutView[]>({
    load: async (signal) => (await api.get<{ rollouts: RolloutView[] }>('/cluster/rollouts', signal)).rollouts,
    everyMs: (all) => (all?.some(isUnderWay) ? WHILE_RUNNING_MS : ELSE_MS)
  })
