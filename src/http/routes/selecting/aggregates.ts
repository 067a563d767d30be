import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { AggregateKind, AggregateQuery } from '../../../cluster/aggregate/aggregate.ts'
import type { Selecting } from '../../../cluster/peers/selecting.ts'
import { Aggregate } from '../../../schemas/answer.ts'
import { DeploymentStatus } from '../../../schemas/deployments/deployment.ts'
import { CapacityClaim } from '../../../schemas/deployments/stats.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { partFor } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { EVENT_STREAM, frame } from '../../sse.ts'
import { answers, leavingOf, type Routes, sendJson, sendPieces, whereEnabled } from '../routes.ts'
import { SELECTION, selectionOf } from './selection.ts'

const Query = Type.Object({
  ...SELECTION,
  status: Type.Optional(DeploymentStatus),
  name: Type.Optional(Type.String({ maxLength: 255, description: 'Only the deployment of this name: where it is' })),
  stale: Type.Optional(
    Type.Boolean({ description: 'For a server that is away: its last good answer, marked as stale, with its age' })
  )
})

const SUMMARIES: Record<AggregateKind, string> = {
  deployments: 'The deployments of all servers',
  stats: 'CPU, memory, disk, and counts of all servers',
  capacity: 'Processors and memory of all servers, and what each offers to the others'
}
const STREAMED = 'With Accept: application/x-ndjson or text/event-stream, each server as soon as it has answered'

/**
 * One question to all servers. Each has its entry, also when it failed; what they send is passed on as text. A peer gets this
 * server's entry alone: our keys open more at the others than its grants here say.
 */
export function aggregateRoutes(
  app: Routes,
  { self, aggregate, selecting, local }: Pick<Services, 'self' | 'aggregate' | 'selecting' | 'local'>
): void {
  whereEnabled(app, self)

  for (const kind of ['deployments', 'stats', 'capacity'] as const) {
    app.get(
      `/api/cluster/${kind}`,
      {
        config: operatorOrPeer('cluster:read'),
        schema: {
          tags: ['cluster'],
          summary: SUMMARIES[kind],
          description: STREAMED,
          querystring: Query,
          response: answers(Aggregate)
        }
      },
      async (request, reply) => {
        const own = request.caller.kind === 'peer' ? partFor(request.caller, local) : undefined
        const query = queryOf(request.query, selecting)
        const { signal } = leavingOf(reply)
        const format = formatOf(request)
        if (format === undefined) return sendJson(reply, await aggregate.ask(kind, query, signal, own))
        const pieces = aggregate.stream(kind, query, signal, own)
        return sendPieces(reply, format, format === NDJSON ? lines(pieces) : events(pieces))
      }
    )
  }

  app.post(
    '/api/cluster/capacity/claim',
    {
      config: operatorOrPeer('cluster:capacity:claim'),
      schema: {
        tags: ['this server'],
        summary: 'A peer asks to place workloads here: none are taken, and that is said',
        response: answers(CapacityClaim)
      }
    },
    async () => {
      const { host, offer } = await local.capacity()
      return { ...offer, host }
    }
  )
}

const NDJSON = 'application/x-ndjson'

const formatOf = ({ headers }: FastifyRequest) =>
  [NDJSON, EVENT_STREAM].find((format) => headers.accept?.includes(format))

function queryOf(asked: Static<typeof Query>, { namesOf }: Selecting): AggregateQuery {
  const { status, name, stale } = asked
  const selection = selectionOf(asked)
  return {
    ...(selection && { servers: namesOf(selection, 'reading') }),
    ...(status && { status }),
    ...(name && { name }),
    ...(stale && { stale })
  }
}

async function* lines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield `${piece}\n`
}

async function* events(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield frame(piece.startsWith('{"summary"') ? 'summary' : 'node', piece)
}
