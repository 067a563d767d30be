import { Type } from 'typebox'
import { ActorList } from '../../schemas/inspection/actor.ts'
import { operator } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const Setting = Type.Object({
  key: Type.String({ examples: ['cluster.health_interval'] }),
  /** As the file would have it; a secret is a placeholder. */
  value: Type.Unknown(),
  origin: Type.String({ examples: ['default', 'config.yml:12', 'FLATRUN_CLUSTER__SERVER_NAME'] })
})
const Settings = Type.Object({
  file: Type.Optional(Type.String()),
  notes: Type.Array(Type.String()),
  settings: Type.Array(Setting)
})
const ActorsQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  peer: Type.Optional(Type.String({ maxLength: 63 }))
})

/** What goes on inside: the machines that run, and the config that counts with where each value came from. */
export function insightRoutes(app: Routes, { actors, settings }: Pick<Services, 'actors' | 'settings'>): void {
  app.get(
    '/api/cluster/machines',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['insight'],
        summary: 'The running state machines and their states',
        querystring: ActorsQuery,
        response: answers(ActorList)
      }
    },
    async ({ query: { limit = 1000, peer } }) => actors.list({ limit, peer })
  )

  app.get(
    '/api/cluster/config',
    {
      config: operator('cluster:read'),
      schema: { tags: ['insight'], summary: 'The config that counts, without secrets', response: answers(Settings) }
    },
    async () => {
      const { file, notes, entries } = settings()
      return { ...(file !== undefined && { file }), notes: [...notes], settings: [...entries] }
    }
  )
}
