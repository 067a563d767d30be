import { Type } from 'typebox'
import { RotateReply, RotateRequest } from '../../../schemas/joining/joining.ts'
import { peerItself } from '../../access/access.ts'
import { peerOf } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const LeaveRequest = Type.Object({
  removed_by: Type.Optional(Type.String({ maxLength: 256 })),
  removed_at: Type.Optional(Type.String({ maxLength: 64 }))
})
const SMALL = 16_384

type OwnServices = Pick<Services, 'self' | 'membership' | 'rotation'>

/** What a peer changes of its own membership: it wants a new key, or it leaves. */
export function ownMembershipRoutes(app: Routes, { self, membership, rotation }: OwnServices): void {
  whereEnabled(app, self)
  const schema = { tags: ['joining'] }

  app.post(
    '/api/cluster/rotate',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'A new key for the calling peer',
        body: RotateRequest,
        response: answers(RotateReply)
      }
    },
    async ({ caller, body }) => rotation.issue(peerOf(caller), body)
  )

  app.post(
    '/api/cluster/leave',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'The calling peer has removed this server',
        body: LeaveRequest,
        response: answers(Type.Object({ status: Type.String() }))
      }
    },
    async ({ caller, body }) => {
      await membership.left(peerOf(caller).id, body.removed_by ?? 'its operator')
      return { status: 'noted' }
    }
  )
}
