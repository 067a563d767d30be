import { Type } from 'typebox'
import { IntroduceReply, IntroduceRequest, IntroductionView } from '../../../schemas/joining/introduction.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{64}$' }) })

/** Introductions as an operator of this server has them: those that came, and those that it makes. */
export function introductionRoutes(
  app: Routes,
  { self, introductions, telling }: Pick<Services, 'self' | 'introductions' | 'telling'>
): void {
  whereEnabled(app, self)
  const schema = { tags: ['introductions'] }

  app.get(
    '/api/cluster/introductions',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Servers that peers introduced, and how far each is',
        response: answers(Type.Object({ introductions: Type.Array(IntroductionView) }))
      }
    },
    async () => ({ introductions: introductions.list() })
  )

  for (const [word, summary] of [
    ['accept', 'Join a server that was introduced'],
    ['refuse', 'Never join that server, whoever introduces it']
  ] as const)
    app.post(
      `/api/cluster/introductions/:id/${word}`,
      {
        config: operator('cluster:write'),
        schema: { ...schema, summary, params: IdParams, response: answers(IntroductionView) }
      },
      async ({ params }) => introductions[word](params.id)
    )

  app.post(
    '/api/cluster/introduce',
    {
      config: { ...operator('cluster:write'), target: ['names'] },
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: {
        ...schema,
        summary: 'Tell members of each other: the named ones and all others, or all',
        body: IntroduceRequest,
        response: answers(IntroduceReply)
      }
    },
    async ({ body }) => telling.introduce(body.names)
  )
}
