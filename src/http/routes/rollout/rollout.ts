import { Type } from 'typebox'
import type { Selecting } from '../../../cluster/peers/selecting.ts'
import { BadRequest } from '../../../errors/requests.ts'
import type { RolloutStep, RolloutSummary } from '../../../schemas/deployments/operation.ts'
import type { Selection } from '../../../schemas/selection/selection.ts'
import { operator } from '../../access/access.ts'
import { nameOf } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { EVENT_STREAM, frame } from '../../sse.ts'
import { DeploymentParams } from '../deployments/deployments.ts'
import { leavingOf, type Routes, sendPieces, whereEnabled } from '../routes.ts'
import { SELECTION, selectionOf } from '../selecting/selection.ts'

const Query = Type.Object({
  ...SELECTION,
  max_parallel: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
  settle_seconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 300, description: 'It must still run so long after its restart; 5 without it' })
  )
})

/** One deployment restarted on several servers, with its progress as it is made. */
export function rolloutRoutes(
  app: Routes,
  { self, rollout, selecting }: Pick<Services, 'self' | 'rollout' | 'selecting'>
): void {
  whereEnabled(app, self)

  app.post(
    '/api/cluster/deployments/:name/restart',
    {
      config: { ...operator('deployments:write'), target: ['servers'] },
      schema: {
        tags: ['cluster'],
        summary: 'Restart a deployment on several servers, one after the other; stops at the first failure',
        description:
          'Streams a line of JSON for each step (server, state: started, done, failed or skipped) and a summary at the end; server-sent events with Accept: text/event-stream.',
        produces: ['application/x-ndjson', 'text/event-stream'],
        params: DeploymentParams,
        querystring: Query
      }
    },
    async ({ caller, headers, params, query }, reply) => {
      const servers = serversOf(selecting, selectionOf(query))
      const ask = {
        deployment: params.name,
        servers,
        maxParallel: query.max_parallel ?? 1,
        settleMs: (query.settle_seconds ?? 5) * 1_000,
        by: nameOf(caller)
      }
      const steps = rollout(ask, leavingOf(reply).signal)
      const asEvents = headers.accept?.includes(EVENT_STREAM) === true
      return sendPieces(reply, asEvents ? EVENT_STREAM : 'application/x-ndjson', written(steps, asEvents))
    }
  )
}

/** A change needs a word of whom it is about. @throws BadRequest */
export function serversOf({ namesOf }: Selecting, selection: Selection | undefined): string[] {
  const servers = selection && selection.on.length > 0 ? namesOf(selection, 'changing') : []
  if (servers.length === 0) throw new BadRequest('servers: name at least one server')
  return servers
}

async function* written(steps: AsyncIterable<RolloutStep | { summary: RolloutSummary }>, asEvents: boolean) {
  for await (const step of steps) {
    const text = JSON.stringify(step)
    yield asEvents ? frame('summary' in step ? 'summary' : 'step', text) : `${text}\n`
  }
}
