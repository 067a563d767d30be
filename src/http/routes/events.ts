import { Type } from 'typebox'
import { operator } from '../access/access.ts'
import { nameOf } from '../access/scope.ts'
import { createEventStream } from '../event-stream.ts'
import type { Services } from '../services.ts'
import { EVENT_STREAM } from '../sse.ts'
import { type Routes, whereEnabled } from './routes.ts'

const READERS = 200
/** Of one caller; the oldest makes room, and comes back with `Last-Event-ID` if somebody still reads it. */
const READERS_OF_ONE = 32

/** What happens in the cluster, while it happens. */
export function eventRoutes(app: Routes, { events, self }: Pick<Services, 'events' | 'self'>): void {
  whereEnabled(app, self)
  const open = new Map<ReturnType<typeof createEventStream>, string>()
  // A stream would otherwise keep a stopping server for as long as somebody reads.
  app.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.destroy()
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
    async ({ caller, query, headers }, reply) => {
      const reader = nameOf(caller)
      const own = [...open].filter(([, name]) => name === reader).map(([stream]) => stream)
      if (own.length >= READERS_OF_ONE) own[0]?.destroy()
      else if (open.size >= READERS) open.keys().next().value?.destroy()
      const resumed = Number.parseInt(headers['last-event-id'] ?? '', 10)
      const stream = createEventStream({
        events,
        after: Number.isSafeInteger(resumed) ? resumed : query.after,
        follow: query.follow ?? true
      })
      open.set(stream, reader)
      stream.once('close', () => open.delete(stream))
      reply.header('x-accel-buffering', 'no').type(`${EVENT_STREAM}; charset=utf-8`)
      return reply.send(stream)
    }
  )
}
