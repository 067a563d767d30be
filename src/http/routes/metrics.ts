import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PermissionDenied, Unauthorized } from '../../errors.ts'
import { anybody } from '../access/access.ts'

export interface MetricsOptions {
  text: () => Promise<string>
  contentType: string
  /** Anybody may read: the names of peers are in it. */
  open: boolean
}

/** `/metrics` for an operator's key that may read, for a scraper on this machine, or for anybody where that is wished. */
export async function metricsRoute(app: FastifyInstance, { text, contentType, open }: MetricsOptions): Promise<void> {
  app.get(
    '/metrics',
    {
      config: anybody,
      schema: {
        tags: ['status'],
        summary: 'Figures for Prometheus',
        description: 'With an operator key that may read, from this machine, or, with `metrics.public`, for anybody.',
        produces: ['text/plain']
      }
    },
    async (request, reply) => {
      // Who shows a key is judged by it: a peer on this machine is still a peer.
      if (!open && (request.caller.kind === 'peer' || !isLocal(request))) assertReader(request)
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').type(contentType)
      return text()
    }
  )
}

function assertReader({ caller, headers }: FastifyRequest): void {
  if (caller.kind === 'operator' && caller.permissions.has('cluster:read')) return
  if (caller.kind !== 'nobody') throw new PermissionDenied('cluster:read')
  throw new Unauthorized(headers.authorization ? 'Invalid or expired token' : 'Authorization header required')
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/**
 * From this machine itself. A reverse proxy on this machine speaks for others, and so does a web page whose host name
 * was made to point here: neither counts.
 */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  return (
    LOOPBACK.test(socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(headers.host ?? '') &&
    !FORWARDED.some((name) => headers[name] !== undefined)
  )
}
