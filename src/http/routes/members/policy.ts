import { Type } from 'typebox'
import { Grant } from '../../../schemas/grant.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'

const Policy = Type.Object({ peer: Type.String(), grants: Type.Array(Grant) })
const PolicyRequest = Type.Object({ grants: Type.Array(Grant, { maxItems: 64 }) })

/** What a peer may do here. */
export function policyRoutes(app: Routes, { self, policies }: Pick<Services, 'self' | 'policies'>): void {
  whereEnabled(app, self)
  const schema = { tags: ['peers'] }

  app.get(
    '/api/cluster/peers/:name/policy',
    {
      config: operator('cluster:read'),
      schema: { ...schema, summary: 'What a peer may do here', params: NameParams, response: answers(Policy) }
    },
    async ({ params }) => policies.get(params.name)
  )

  app.put(
    '/api/cluster/peers/:name/policy',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Change what a peer may do here',
        params: NameParams,
        body: PolicyRequest,
        response: answers(Policy)
      }
    },
    async ({ params, body }) => policies.put(params.name, body.grants)
  )
}
