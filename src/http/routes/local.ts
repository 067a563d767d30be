import { DeploymentList } from '../../schemas/deployment.ts'
import { Stats } from '../../schemas/stats.ts'
import { operatorOrPeer } from '../access/access.ts'
import { partFor } from '../access/scope.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

/** This node's own deployments and statistics: what its peers ask for. */
export function localRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
  app.get(
    '/api/deployments',
    {
      config: operatorOrPeer('deployments:read'),
      schema: { tags: ['this server'], summary: 'The deployments of this server', response: answers(DeploymentList) }
    },
    async ({ caller }) => partFor(caller, local).deployments()
  )

  app.get(
    '/api/stats',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags: ['this server'],
        summary: 'CPU, memory, disk, and counts of this server',
        response: answers(Stats)
      }
    },
    async ({ caller }) => partFor(caller, local).stats()
  )
}
