import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { TooManyFollowers } from '../../../errors/deployments.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { assertReach, nameOf } from '../../access/scope.ts'
import { asEvents, asText, logText } from '../../log-stream.ts'
import type { Services } from '../../services.ts'
import { EVENT_STREAM } from '../../sse.ts'
import { leavingOf, type Routes, sendPieces } from '../routes.ts'
import { DeploymentParams } from './deployments.ts'

const Query = Type.Object({
  tail: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_000, description: 'Newest lines of each container; 100 without it' })
  ),
  since: Type.Optional(
    Type.String({ maxLength: 40, description: 'Like 10m or 1h30m, a time of RFC 3339, or seconds since 1970' })
  ),
  service: Type.Optional(Type.String({ maxLength: 128 })),
  follow: Type.Optional(Type.Boolean({ description: 'Goes on until the containers end or the reader leaves' }))
})

/** Of the followers that all callers have together: one of them cannot take all. */
const FOLLOWED_BY_ONE = 8

const CUT = '(older lines are left out: one answer holds 4 MiB)'

/** Logs of a deployment: text for people, JSON for FlatRun's clients, a stream for those who follow. */
export function logRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
  const readers = new Map<AbortController, string>()
  // A stream would otherwise keep a stopping server for as long as somebody reads.
  app.addHook('preClose', async () => {
    for (const reader of readers.keys()) reader.abort()
  })

  app.get(
    '/api/deployments/:name/logs',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags: ['this server'],
        summary: 'The logs of its containers: text, or server-sent events when they are followed',
        description:
          'With Accept: application/json the answer has the fields `name` and `logs`. With follow it is server-sent events (line, end, error), or text with Accept: text/plain.',
        produces: ['text/plain', 'text/event-stream'],
        params: DeploymentParams,
        querystring: Query
      }
    },
    async (request, reply) => {
      const { caller, params, query } = request
      assertReach(caller, 'deployments:read', params.name)
      const { follow = false, ...ask } = query
      const leaving = leavingOf(reply)
      if (!follow) {
        const { lines, cut } = await local.logs(params.name, ask, leaving.signal)
        if (cut) reply.header('x-log-cut', 'true')
        const logs = cut ? `${CUT}\n${logText(lines)}` : logText(lines)
        if (accepts(request, 'application/json')) return { name: params.name, logs, cut }
        return reply.type('text/plain; charset=utf-8').send(logs)
      }
      const own = [...readers.values()].filter((name) => name === nameOf(caller)).length
      if (own >= FOLLOWED_BY_ONE) throw new TooManyFollowers()
      readers.set(leaving, nameOf(caller))
      reply.raw.once('close', () => readers.delete(leaving))
      const lines = await local.followLogs(params.name, ask, leaving.signal)
      if (accepts(request, 'text/plain')) return sendPieces(reply, 'text/plain; charset=utf-8', asText(lines))
      return sendPieces(reply, `${EVENT_STREAM}; charset=utf-8`, asEvents(lines))
    }
  )
}

/** Named, and not just covered by `*`: curl without a word gets text. */
const accepts = ({ headers }: FastifyRequest, type: string) =>
  headers.accept?.split(',')[0]?.trim().startsWith(type) === true
