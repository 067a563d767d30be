import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { anybody, operator } from '../access/access.ts'

export interface MetricsOptions {
  text: (asked: { every: boolean }) => Promise<string>
  contentType: string
  /** Anybody may read: the names of peers are in it. */
  open: boolean
}

const Query = Type.Object({
  peers: Type.Optional(
    Type.Literal('all', {
      description: 'Figures of every peer; of more than 500 only those that are not well have them'
    })
  )
})

/**
 * `/metrics` for an operator's key that may read, or for anybody where that is wished. Who asks from this machine needs a
 * key too: a proxy on it that adds no header of its own looks the same, and speaks for everybody.
 */
export async function metricsRoute(app: FastifyInstance, { text, contentType, open }: MetricsOptions): Promise<void> {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/metrics',
    {
      config: open ? anybody : operator('cluster:read'),
      schema: {
        tags: ['status'],
        summary: 'Figures for Prometheus',
        description: 'With an operator key that may read, or, with `metrics.public`, for anybody.',
        querystring: Query,
        produces: ['text/plain']
      }
    },
    async ({ query }, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').type(contentType)
      return text({ every: query.peers === 'all' })
    }
  )
}
