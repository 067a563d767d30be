import { Type } from 'typebox'
import { operator } from '../access/access.ts'
import { createEventStream } from '../event-stream.ts'
import type { Services } from '../services.ts'
import type { Routes } from './routes.ts'

const READERS = 200

/** What happens in the cluster, while it happens. */
export function eventRoutes(app: Routes, { events, self }: Services): void {
  app.addHook('preHandler', async () => self.assertEnabled())
  const open = new Set<ReturnType<typeof createEventStream>>()
  // A stream would otherwise keep a stopping server for as long as somebody reads.
  app.addHook('preClose', async () => {
    for (const stream of open) stream.destroy()
  })

  app.get(
    '/api/cluster/events',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['events'],
        produces: ['text/event-stream'],
        summary: 'Server-sent events: joins, removals, changes of state, crashes; Last-Event-ID resumes',
        querystring: Type.Object({
          after: Type.Optional(Type.Integer({ minimum: 0, description: 'Only events after this one' })),
          follow: Type.Optional(Type.Boolean({ description: 'false: end after what is remembered' }))
        }),
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 20 })) })
      }
    },
    async ({ query, headers }, reply) => {
      const [oldest] = open
      if (open.size >= READERS) oldest?.destroy()
      const resumed = Number.parseInt(headers['last-event-id'] ?? '', 10)
      const stream = createEventStream({
        events,
        after: Number.isSafeInteger(resumed) ? resumed : query.after,
        follow: query.follow ?? true
      })
      open.add(stream)
      stream.once('close', () => open.delete(stream))
      reply.header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8')
      return reply.send(stream)
    }
  )
}
