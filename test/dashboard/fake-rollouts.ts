import type { FastifyInstance } from 'fastify'
import type { RolloutView } from '../../src/schemas/deployments/operation.ts'
import type { World } from './world.ts'

/** Restarts on several servers, which go on as far as a test lets them. */
export function rolloutRoutes(app: FastifyInstance, world: World): void {
  const find = (id: string) => world.rollouts?.find((one) => one.id === id)
  app.get('/api/cluster/rollouts', async () => ({ rollouts: world.rollouts ?? [] }))
  app.post<{ Body: { deployment: string; servers: string[] } }>('/api/cluster/rollouts', async ({ body }, reply) => {
    const job: RolloutView = {
      id: `rollout-${(world.rollouts ?? []).length + 1}`,
      deployment: body.deployment,
      by: 'operator admin',
      status: 'running',
      servers: body.servers.map((server, at) => ({ server, state: at === 0 ? 'started' : 'waiting' })),
      started_at: new Date().toISOString()
    }
    world.rollouts = [job, ...(world.rollouts ?? [])]
    return reply.code(202).send(job)
  })
  app.post<{ Params: { id: string } }>('/api/cluster/rollouts/:id/stop', async ({ params: { id } }, reply) => {
    const job = find(id)
    if (!job) return reply.code(404).send({ error: 'No rollout', code: 'rollout_unknown' })
    return Object.assign(job, { status: 'stopping', stopped_by: 'operator admin' })
  })
}
