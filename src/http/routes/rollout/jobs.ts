import { Type } from 'typebox'
import { RolloutRequest, RolloutView } from '../../../schemas/deployments/operation.ts'
import { operator } from '../../access/access.ts'
import { nameOf } from '../../access/scope.ts'
import { ErrorBody } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'
import { serversOf } from './rollout.ts'

const tags = ['cluster']
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** Rolling restarts as jobs of this node, begun and stopped: they go on, also when nobody looks. */
export function rolloutJobRoutes(
  app: Routes,
  { self, rolloutJobs, selecting }: Pick<Services, 'self' | 'rolloutJobs' | 'selecting'>
): void {
  whereEnabled(app, self)

  app.post(
    '/api/cluster/rollouts',
    {
      config: { ...operator('deployments:write'), target: ['deployment', 'servers'] },
      schema: {
        tags,
        summary: 'Begin to restart a deployment on several servers, one after the other; stops at the first failure',
        body: RolloutRequest,
        response: { 202: RolloutView, '4xx': ErrorBody, '5xx': ErrorBody }
      }
    },
    async ({ caller, body }, reply) => {
      const { deployment, max_parallel = 1, settle_seconds = 5 } = body
      const servers = serversOf(selecting, { on: [body.servers.join(',')], not: body.not ?? [] })
      const settleMs = settle_seconds * 1_000
      return reply
        .code(202)
        .send(rolloutJobs.begin({ deployment, servers, maxParallel: max_parallel, settleMs, by: nameOf(caller) }))
    }
  )

  app.post(
    '/api/cluster/rollouts/:id/stop',
    {
      config: operator('deployments:write'),
      schema: {
        tags,
        summary: 'Begin no other server; what was begun goes on to its end',
        params: Params,
        response: answers(RolloutView)
      }
    },
    async ({ caller, params: { id } }) => rolloutJobs.stop(id, nameOf(caller))
  )
}

/** The same jobs, looked at: any page shows them. */
export function rolloutViewRoutes(app: Routes, { self, rolloutJobs }: Pick<Services, 'self' | 'rolloutJobs'>): void {
  whereEnabled(app, self)

  app.get(
    '/api/cluster/rollouts',
    {
      config: operator('deployments:read'),
      schema: {
        tags,
        summary: 'Restarts on several servers that this node runs or ran since it started, the newest first',
        description: 'What was done where all went well (`detail`) is told of one by its id.',
        response: answers(Type.Object({ rollouts: Type.Array(RolloutView) }))
      }
    },
    async () => ({ rollouts: rolloutJobs.all() })
  )

  app.get(
    '/api/cluster/rollouts/:id',
    {
      config: operator('deployments:read'),
      schema: { tags, summary: 'One of them', params: Params, response: answers(RolloutView) }
    },
    async ({ params: { id } }) => rolloutJobs.find(id)
  )
}
