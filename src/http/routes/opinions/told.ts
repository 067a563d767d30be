import { PermissionDenied } from '../../../errors/requests.ts'
import { ToldReply, ToldRequest } from '../../../schemas/opinions/told.ts'
import { peerItself } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

const SMALL = 8_192

/** Which of several servers that tell the same people does. */
export function toldRoutes(
  app: Routes,
  { self, membership, handover }: Pick<Services, 'self' | 'membership' | 'handover'>
): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })

  app.post(
    '/api/cluster/told',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        tags: ['alerts'],
        summary:
          'The calling peer has told people of something, or asks whether this server would; all as keyed digests',
        body: ToldRequest,
        response: answers(ToldReply)
      }
    },
    async ({ caller, body }) => {
      const member = caller.kind === 'peer' ? membership.get(caller.id) : undefined
      if (!member || member.awaitsApproval) throw new PermissionDenied('the key of a peer')
      return handover.hear(member, body)
    }
  )
}
