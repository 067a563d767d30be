import { Type } from 'typebox'
import { AlertTest } from '../../schemas/alerts/alert.ts'
import { AlertSettings, AlertsView, SilenceRequest, SilenceView } from '../../schemas/alerts/alert-api.ts'
import { operator } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const EndedSilence = Type.Object({ status: Type.Literal('ended') })

/** Who is told of what: looked at, changed, tried. */
export function alertRoutes(app: Routes, { alerts }: Pick<Services, 'alerts'>): void {
  const schema = { tags: ['alerts'] }

  app.get(
    '/api/alerts',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Who is told of what, what is wrong, and what was sent',
        response: answers(AlertsView)
      }
    },
    async () => alerts.view()
  )

  app.put(
    '/api/alerts',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Replace what was set here, beside the config',
        description:
          'A target that keeps its type and name, and is sent without any of its secrets, keeps those. What the config sets is refused with 409.',
        body: AlertSettings,
        response: answers(AlertsView)
      }
    },
    async ({ body }) => alerts.put(body)
  )

  app.post(
    '/api/alerts/test',
    {
      config: { ...operator('cluster:write'), target: ['target'] },
      schema: {
        ...schema,
        summary: 'Send a test message to every alert target, or to one, and say what became of it',
        querystring: Type.Object({ target: Type.Optional(Type.String({ maxLength: 80 })) }),
        response: answers(AlertTest)
      }
    },
    async ({ query }) => alerts.test(query.target)
  )
}

/** Nobody is told of something for a while. */
export function silenceRoutes(app: Routes, { alerts }: Pick<Services, 'alerts'>): void {
  const schema = { tags: ['alerts'] }

  app.post(
    '/api/alerts/silences',
    {
      config: { ...operator('cluster:write'), target: ['server', 'tag'] },
      schema: {
        ...schema,
        summary: 'Tell nobody of a server, of all with a tag, or of anything, for a while',
        body: SilenceRequest,
        response: answers(SilenceView)
      }
    },
    async ({ body, caller }) => alerts.silence(body, caller.kind === 'operator' ? caller.name : 'operator')
  )

  app.delete(
    '/api/alerts/silences/:id',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'End a silence now',
        params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
        response: answers(EndedSilence)
      }
    },
    async ({ params }) => {
      await alerts.endSilence(params.id)
      return { status: 'ended' as const }
    }
  )
}
