import { PermissionDenied } from '../../../errors/requests.ts'
import { Reachability, View } from '../../../schemas/opinions/reachability.ts'
import { operator, operatorOrPeer } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, leavingOf, type Routes, whereEnabled } from '../routes.ts'

/** Who sees whom. */
export function reachabilityRoutes(
  app: Routes,
  { self, membership, reachability }: Pick<Services, 'self' | 'membership' | 'reachability'>
): void {
  whereEnabled(app, self)
  const schema = { tags: ['peers'] }

  app.get(
    '/api/cluster/view',
    {
      config: operatorOrPeer('cluster:read'),
      schema: { ...schema, summary: 'What this server believes of each of its peers', response: answers(View) }
    },
    async ({ caller }) => {
      // A plain FlatRun agent takes no part in the mesh, and need not know who does.
      if (caller.kind === 'peer' && !membership.get(caller.id)?.card) throw new PermissionDenied('a member with a card')
      return reachability.view()
    }
  )

  app.get(
    '/api/cluster/reachability',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Who sees whom: asked of all members, shared for five seconds',
        response: answers(Reachability)
      }
    },
    async (_, reply) => reachability.map(leavingOf(reply).signal)
  )
}
