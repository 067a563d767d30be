import { Opinion, OpinionRequest } from '../../../schemas/opinions/opinion.ts'
import { peerItself } from '../../access/access.ts'
import { approvedMember } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 4_096

/** What servers say to each other of the others. */
export function opinionRoutes(app: Routes, { self, membership, opinionOf }: OpinionServices): void {
  whereEnabled(app, self)

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
    async ({ caller, body }) => opinionOf(body.about, approvedMember(caller, membership))
  )
}

type OpinionServices = Pick<Services, 'self' | 'membership' | 'opinionOf'>
