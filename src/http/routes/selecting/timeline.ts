import { type Static, Type } from 'typebox'
import type { Caller } from '../../../cluster/access/caller.ts'
import { readCursor } from '../../../cluster/timeline/position.ts'
import type { Reader } from '../../../cluster/timeline/sharing.ts'
import type { Window } from '../../../cluster/timeline/window.ts'
import { BadRequest, PermissionDenied } from '../../../errors/requests.ts'
import { Timeline } from '../../../schemas/timeline/timeline.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { reachable } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, leavingOf, type Routes, whereEnabled } from '../routes.ts'
import { SELECTION, selectionOf } from './selection.ts'

const Time = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }))
const Query = Type.Object({
  ...SELECTION,
  from: Time('Only what was noted since then: RFC 3339'),
  to: Time('Only what was noted until then'),
  deployment: Type.Optional(
    Type.String({ maxLength: 255, description: 'Only what is about deployments of this name' })
  ),
  about: Type.Optional(
    Type.String({
      maxLength: 128,
      description: 'Only what is about this server, whoever noted it; a page may hold fewer'
    })
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  before: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' }))
})
const USUAL_LIMIT = 200

/** What happened on all servers and who did it, by time. A peer is told of this one alone, within what its grants cover. */
export function timelineRoutes(
  app: Routes,
  { self, membership, selecting, timeline }: Pick<Services, 'self' | 'membership' | 'selecting' | 'timeline'>
): void {
  whereEnabled(app, self)
  app.get(
    '/api/cluster/timeline',
    {
      config: operatorOrPeer('cluster:read'),
      schema: {
        tags: ['events'],
        summary: 'What happened on all servers, and who did it: one row for each fact, the newest first',
        querystring: Query,
        response: answers(Timeline)
      }
    },
    async ({ caller, query }, reply) => {
      const window = windowOf(query)
      if (caller.kind === 'peer') {
        // A plain FlatRun agent takes no part in the mesh, and need not know who does.
        if (!membership.get(caller.id)?.card) throw new PermissionDenied('a member with a card')
        return timeline.own(window, readerOf(caller))
      }
      const selection = selectionOf(query)
      const servers = selection && selecting.select(selection, 'reading')
      return timeline.all(window, readerOf(caller), { servers, signal: leavingOf(reply).signal })
    }
  )
}

/** The audit is for operators who may change something here; who of the others may read an event is told who caused it. */
function readerOf(caller: Caller): Reader {
  const isOperator = caller.kind === 'operator'
  return {
    events: isOperator ? 'own' : 'peer',
    acts: isOperator && caller.permissions.has('cluster:write') ? 'all' : 'some',
    reaches: reachable(caller, 'deployments:read')
  }
}

function windowOf({ from, to, deployment, about, limit = USUAL_LIMIT, before }: Static<typeof Query>): Window {
  const [fromMs, toMs] = [timeOf('from', from), timeOf('to', to)]
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw new BadRequest('from: must be before to')
  return { fromMs, toMs, limit, deployment, about, ...(before !== undefined && { before: readCursor(before) }) }
}

/** @throws BadRequest that names the field */
function timeOf(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const time =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && /(?:Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new BadRequest(`${field}: must be a time of RFC 3339, like 2026-11-28T22:00:00Z`)
  return time
}
