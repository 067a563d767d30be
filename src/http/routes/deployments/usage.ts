import { Type } from 'typebox'
import { UsagePast, UsageRange } from '../../../schemas/deployments/usage.ts'
import { operatorOrPeer } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

/** How this machine did over the last hour, day or week; peers ask for it through the proxy. */
export function usageRoutes(app: Routes, { usage }: Pick<Services, 'usage'>): void {
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
}
