import { ToldReply, ToldRequest } from '../../../schemas/opinions/told.ts'
import { peerItself } from '../../access/access.ts'
import { approvedMember } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 8_192

/** Which of several servers that tell the same people does. */
export function toldRoutes(
  app: Routes,
  { self, membership, handover }: Pick<Services, 'self' | 'membership' | 'handover'>
): void {
  whereEnabled(app, self)

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
    async ({ caller, body }) => handover.hear(approvedMember(caller, membership), body)
  )
}
