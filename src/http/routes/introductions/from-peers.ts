import {
  IntroductionsReply,
  IntroductionsRequest,
  WithdrawReply,
  WithdrawRequest
} from '../../../schemas/joining/introduction.ts'
import { peerItself } from '../../access/access.ts'
import { approvedMember, memberOf } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 16_384

type FromPeersServices = Pick<Services, 'self' | 'introductions' | 'suspending' | 'membership'>

/** Whom the calling peer introduces to this server, and whom it takes back. */
export function introducingPeerRoutes(
  app: Routes,
  { self, introductions, suspending, membership }: FromPeersServices
): void {
  whereEnabled(app, self)
  const schema = { tags: ['introductions'] }

  app.post(
    '/api/cluster/introductions',
    {
      config: peerItself,
      schema: {
        ...schema,
        summary: 'The calling peer introduces its members',
        body: IntroductionsRequest,
        response: answers(IntroductionsReply)
      }
    },
    async ({ caller, body }) => {
      return { results: await introductions.receive(approvedMember(caller, membership), body.cards) }
    }
  )

  app.post(
    '/api/cluster/withdraw',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'The calling peer takes back whom it introduced',
        body: WithdrawRequest,
        response: answers(WithdrawReply)
      }
    },
    async ({ caller, body }) => {
      const member = memberOf(caller, membership)
      return { results: await suspending.withdraw(member, body.node_ids, body.reason ?? 'it gave no reason') }
    }
  )
}
