import { Type } from 'typebox'
import { ContainerRange, ContainersPast, UsagePast, UsageRange } from '../../../schemas/deployments/usage.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { assertReach } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'
import { DeploymentParams } from './deployments.ts'

/** How this machine did over the last hour, day or week, and its containers over an hour or a day; peers ask for it through the proxy. */
export function usageRoutes(app: Routes, { usage, local }: Pick<Services, 'usage' | 'local'>): void {
  app.get(
    '/api/stats/history',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags: ['this server'],
        summary: 'CPU, memory, disk and load of this server over time',
        querystring: Type.Object({ range: Type.Optional(UsageRange) }),
        response: answers(UsagePast)
      }
    },
    async ({ query }) => usage(query.range ?? 'hour')
  )

  app.get(
    '/api/deployments/:name/stats/history',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags: ['this server'],
        summary: 'CPU, memory, network, restarts and uptime of each container of a deployment over time',
        params: DeploymentParams,
        querystring: Type.Object({ range: Type.Optional(ContainerRange) }),
        response: answers(ContainersPast)
      }
    },
    async ({ caller, params: { name }, query }) => {
      assertReach(caller, 'deployments:read', name)
      return local.containersPast(name, query.range ?? 'hour')
    }
  )
}
