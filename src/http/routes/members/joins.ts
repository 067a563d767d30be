import { Type } from 'typebox'
import { AcceptReply, AcceptRequest, Preflight } from '../../../schemas/joining/joining.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const Join = Type.Object({
  id: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  expires_at: Type.String(),
  error: Type.Optional(Type.String()),
  code: Type.Optional(Type.String())
})

/** The joiner's side: this server accepts an invite of another one. */
export function joinRoutes(app: Routes, { self, joins }: Pick<Services, 'self' | 'joins'>): void {
  whereEnabled(app, self)
  const schema = { tags: ['joining'] }

  app.post(
    '/api/cluster/accept',
    {
      config: operator('cluster:write'),
      schema: { ...schema, summary: 'Join the maker of an invite', body: AcceptRequest, response: answers(AcceptReply) }
    },
    async (request) => {
      const joined = await joins.accept(request.body)
      request.joined = joined.peer_name
      return { ...joined, status: 'peered' as const }
    }
  )

  app.post(
    '/api/cluster/preflight',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'What would fail if this server accepted that invite; nothing is spent',
        body: AcceptRequest,
        response: answers(Preflight)
      }
    },
    async ({ body }) => {
      const checks = await joins.preflight(body)
      return { ok: checks.every(({ ok }) => ok), checks }
    }
  )

  app.get(
    '/api/cluster/joins',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Joins of this server that are under way',
        response: answers(Type.Object({ joins: Type.Array(Join) }))
      }
    },
    async () => ({ joins: joins.list() })
  )
}
