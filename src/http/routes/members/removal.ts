import { Type } from 'typebox'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'

const RemovedPeer = Type.Object({
  status: Type.Literal('removed'),
  peer: Type.String(),
  /** Those who have put it out as well by now; others hear of it at their next sign of life. */
  told: Type.Optional(Type.Array(Type.String()))
})

/** A peer is removed here, and told so; with `everywhere` on those to whom this server introduced it as well. */
export function removalRoutes(
  app: Routes,
  { self, membership, telling }: Pick<Services, 'self' | 'membership' | 'telling'>
): void {
  whereEnabled(app, self)
  app.delete(
    '/api/cluster/peers/:name',
    {
      config: operator('cluster:write'),
      schema: {
        tags: ['peers'],
        summary: 'Remove a peer on both sides',
        params: NameParams,
        querystring: Type.Object({
          everywhere: Type.Optional(Type.Boolean({ description: 'Also on those to whom this server introduced it' }))
        }),
        response: answers(RemovedPeer)
      }
    },
    async ({ params, query, caller }) => {
      const { nodeId } = membership.find(params.name)
      const by = caller.kind === 'operator' ? caller.name : 'operator'
      const everywhere = query.everywhere ? nodeId : undefined
      // First what is to be told: a removal that was stored cannot be asked for again.
      if (everywhere !== undefined) await telling.noteWithdrawal(everywhere)
      const { peer } = await membership.remove(params.name, `${by} on ${self.name()}`)
      const told = everywhere !== undefined ? await telling.deliverWithdrawal(everywhere) : undefined
      return { status: 'removed' as const, peer, ...(told && { told }) }
    }
  )
}
