import { Type } from 'typebox'
import { InviteReply, InviteRequest, InviteView } from '../../../schemas/joining/joining.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
const Ok = Type.Object({ status: Type.String() })

/** One-time invites of this server: made, listed, revoked. */
export function inviteRoutes(app: Routes, { self, invites }: Pick<Services, 'self' | 'invites'>): void {
  whereEnabled(app, self)
  const schema = { tags: ['joining'] }

  app.post(
    '/api/cluster/invite',
    {
      config: { ...operator('cluster:write'), target: ['expected_name'] },
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: { ...schema, summary: 'Make a one-time invite', body: InviteRequest, response: answers(InviteReply) }
    },
    async ({ body, caller }) => invites.create(body, nameOf(caller))
  )

  app.get(
    '/api/cluster/invites',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Open invites, never their tokens',
        response: answers(Type.Object({ invites: Type.Array(InviteView) }))
      }
    },
    async () => ({ invites: invites.list() })
  )

  app.delete(
    '/api/cluster/invites/:id',
    {
      config: operator('cluster:write'),
      schema: { ...schema, summary: 'Revoke an invite', params: IdParams, response: answers(Ok) }
    },
    async ({ params }) => {
      await invites.revoke(params.id)
      return { status: 'revoked' }
    }
  )
}

const nameOf = (caller: { kind: string; name?: string }) => caller.name ?? caller.kind
