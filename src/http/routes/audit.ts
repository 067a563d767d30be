import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Audit } from '../../cluster/access/audit.ts'
import { AuditEntry } from '../../schemas/audit.ts'
import { isRecord } from '../../untyped.ts'
import { operator } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  before: Type.Optional(Type.String({ maxLength: 32 }))
})

export function auditRoutes(app: Routes, { audit }: Pick<Services, 'audit'>): void {
  app.get(
    '/api/audit',
    {
      config: operator('cluster:write'),
      schema: {
        tags: ['security'],
        summary: 'Who did what, the newest first',
        querystring: Query,
        response: answers(Type.Object({ entries: Type.Array(AuditEntry) }))
      }
    },
    async ({ query: { limit = 100, before } }) => ({
      entries: audit.list(before === undefined ? { limit } : { limit, before })
    })
  )
}

/** Everything that changes something, and everything that was refused. */
export function auditRequests(
  app: FastifyInstance,
  { audit, introducerOf }: { audit: Audit; introducerOf: (memberId: string) => string | undefined }
): void {
  app.decorateRequest('paired')
  app.addHook('onResponse', (request, reply, done) => {
    note(request, reply)
    done()
  })

  function note(request: FastifyRequest, reply: FastifyReply) {
    const { statusCode: result } = reply
    const refused = result === 401 || result === 403 || result === 429
    const changing = !['GET', 'HEAD', 'OPTIONS'].includes(request.method)
    const pattern = request.routeOptions.url
    if (pattern === undefined || (!refused && !changing)) return
    // What strangers make up is one thing: each name of theirs would be a line.
    const { caller, paired } = request
    const target = paired?.name ?? (caller.kind === 'nobody' ? undefined : targetOf(request))
    const known = paired?.id ?? (caller.kind === 'peer' ? caller.id : undefined)
    const introducer = known === undefined ? undefined : introducerOf(known)
    audit.record({
      who: whoIs(request),
      what: `${request.method} ${pattern}`,
      ...(target !== undefined && { target }),
      ...(introducer !== undefined && { introduced_by: introducer }),
      from: request.ip,
      result,
      request_id: request.id
    })
  }
}

function whoIs({ caller }: FastifyRequest): string {
  return caller.kind === 'nobody' ? 'nobody' : `${caller.kind} ${caller.name}`
}

/** The name or id in the path, for the proxy the path behind it too, and of query and body what the route names. */
function targetOf({ params, query, body, joined, routeOptions }: FastifyRequest): string | undefined {
  const named = [query, body].flatMap((part) => routeOptions.config.target?.map((member) => field(part, member)) ?? [])
  const texts = [...(isRecord(params) ? Object.values(params) : []), ...named, joined]
    .flat()
    .filter((value) => typeof value === 'string')
  return texts.length === 0 ? undefined : texts.join(' ').slice(0, 256)
}

const field = (part: unknown, member: string) => (isRecord(part) ? part[member] : undefined)
