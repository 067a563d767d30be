import { DeploymentList } from '../../../schemas/deployments/deployment.ts'
import { Capacity, Stats } from '../../../schemas/deployments/stats.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { partFor } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

/** This node's own deployments and statistics: what its peers ask for. */
export function localRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
  const tags = ['this server']

  app.get(
    '/api/deployments',
    {
      config: operatorOrPeer('deployments:read'),
      schema: { tags, summary: 'The deployments of this server', response: answers(DeploymentList) }
    },
    async ({ caller, signed }) => {
      const list = await partFor(caller, local).deployments()
      // The same rows under the name that newer FlatRun clients read. One of ours reads the first alone.
      return signed ? list : { ...list, items: list.deployments }
    }
  )

  app.get(
    '/api/stats',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags,
        summary: 'CPU, memory, disk, and counts of this server',
        response: answers(Stats)
      }
    },
    async ({ caller }) => partFor(caller, local).stats()
  )

  app.get(
    '/api/capacity',
    {
      config: operatorOrPeer('system:read'),
      schema: { tags, summary: 'What this server has, and what of it it offers', response: answers(Capacity) }
    },
    async () => local.capacity()
  )
}
