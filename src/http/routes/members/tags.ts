import { Type } from 'typebox'
import { Tag } from '../../../schemas/names.ts'
import { PeerView } from '../../../schemas/peer.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'

/** What an operator of this server says of a peer, beside what that says of itself. */
export function tagRoutes(
  app: Routes,
  { self, membership, selecting }: Pick<Services, 'self' | 'membership' | 'selecting'>
): void {
  whereEnabled(app, self)
  app.put(
    '/api/cluster/peers/:name/tags',
    {
      config: operator('cluster:write'),
      schema: {
        tags: ['peers'],
        summary: 'Say by which tags a peer is selected here; these alone choose servers that are to be changed',
        params: NameParams,
        body: Type.Object({ tags: Type.Array(Tag, { maxItems: 32 }) }),
        response: answers(PeerView)
      }
    },
    async ({ params, body }) => {
      await selecting.tag(params.name, body.tags)
      return membership.shown(params.name)
    }
  )
}
