import type { FastifyInstance } from 'fastify'
import { anybody, operator } from '../access/access.ts'

export interface MetricsOptions {
  text: () => Promise<string>
  contentType: string
  /** Anybody may read: the names of peers are in it. */
  open: boolean
}

/**
 * `/metrics` for an operator's key that may read, or for anybody where that is wished. Who asks from this machine needs a
 * key too: a proxy on it that adds no header of its own looks the same, and speaks for everybody.
 */
export async function metricsRoute(app: FastifyInstance, { text, contentType, open }: MetricsOptions): Promise<void> {
  app.get(
    '/metrics',
    {
      config: open ? anybody : operator('cluster:read'),
      schema: {
        tags: ['status'],
        summary: 'Figures for Prometheus',
        description: 'With an operator key that may read, or, with `metrics.public`, for anybody.',
        produces: ['text/plain']
      }
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').type(contentType)
      return text()
    }
  )
}
