import { PermissionDenied } from '../../../errors/requests.ts'
import { Opinion, OpinionRequest } from '../../../schemas/opinions/opinion.ts'
import { peerItself } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

const SMALL = 4_096

/** What servers say to each other of the others. */
export function opinionRoutes(app: Routes, { self, membership, opinionOf }: OpinionServices): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })

  app.post(
    '/api/cluster/opinion',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        tags: ['peers'],
        summary: 'Whether this server reaches another member, tried out for the calling peer',
        body: OpinionRequest,
        response: answers(Opinion)
      }
    },
    async ({ caller, body }) => {
      const asker = caller.kind === 'peer' ? membership.get(caller.id) : undefined
      if (!asker || asker.awaitsApproval) throw new PermissionDenied('the key of a peer')
      return opinionOf(body.about, asker)
    }
  )
}

type OpinionServices = Pick<Services, 'self' | 'membership' | 'opinionOf'>
