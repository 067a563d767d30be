import { Type } from 'typebox'
import { PermissionDenied } from '../../../errors/requests.ts'
import { AbsenceNotice } from '../../../schemas/opinions/absence.ts'
import { peerItself } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

const SMALL = 4_096
const Heard = Type.Object({ status: Type.Literal('noted') })

/** What a server says of itself before it is away. */
export function absenceRoutes(
  app: Routes,
  { self, membership, alerts }: Pick<Services, 'self' | 'membership' | 'alerts'>
): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })

  app.post(
    '/api/cluster/absence',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        tags: ['alerts'],
        summary: 'The calling peer stops, or is in maintenance: nobody need be told of it for a while',
        body: AbsenceNotice,
        response: answers(Heard)
      }
    },
    async ({ caller, body }) => {
      const member = caller.kind === 'peer' ? membership.get(caller.id) : undefined
      if (!member || member.awaitsApproval) throw new PermissionDenied('the key of a peer')
      await alerts.absent(member, body)
      return { status: 'noted' as const }
    }
  )
}
