import { Type } from 'typebox'
import { IntroductionPolicy } from '../../../schemas/names.ts'
import { PeerView } from '../../../schemas/peer.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'

const PolicyRequest = Type.Object({ policy: IntroductionPolicy }, { additionalProperties: false })

/** What is done with whom one peer introduces, and with that peer where its own introducer takes it back. */
export function peerIntroductionRoutes(
  app: Routes,
  { self, suspending, membership }: Pick<Services, 'self' | 'suspending' | 'membership'>
): void {
  whereEnabled(app, self)
  const schema = { tags: ['introductions'] }

  app.post(
    '/api/cluster/peers/:name/restore',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Have a peer again that its introducer took back',
        params: NameParams,
        response: answers(PeerView)
      }
    },
    async ({ params }) => {
      await suspending.restore(params.name)
      return membership.shown(params.name)
    }
  )

  app.put(
    '/api/cluster/peers/:name/introductions',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'What is done with whom a peer introduces',
        params: NameParams,
        body: PolicyRequest,
        response: answers(PeerView)
      }
    },
    async ({ params, body }) => {
      await membership.setIntroductions(params.name, body.policy)
      return membership.shown(params.name)
    }
  )
}
