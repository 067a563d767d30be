import { Type } from 'typebox'
import { AbsenceNotice } from '../../../schemas/opinions/absence.ts'
import { peerItself } from '../../access/access.ts'
import { approvedMember } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 4_096
const Heard = Type.Object({ status: Type.Literal('noted') })

/** What a server says of itself before it is away. */
export function absenceRoutes(
  app: Routes,
  { self, membership, alerts }: Pick<Services, 'self' | 'membership' | 'alerts'>
): void {
  whereEnabled(app, self)

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
      await alerts.absent(approvedMember(caller, membership), body)
      return { status: 'noted' as const }
    }
  )
}
