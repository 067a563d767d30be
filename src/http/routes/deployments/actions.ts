import { Type } from 'typebox'
import { type Action, ActionAccepted, ActionResult, Job } from '../../../schemas/deployments/operation.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { assertReach, nameOf } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'
import { DeploymentParams } from './deployments.ts'

/** Less than what the proxy, and others on the way, wait for the beginning of an answer. */
const LONGEST_WAIT_S = 50
const Wait = Type.Object({
  wait: Type.Optional(Type.Boolean()),
  wait_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_WAIT_S }))
})
const ACTIONS: readonly Action[] = ['start', 'stop', 'restart']
const SUMMARIES: Record<Action, string> = {
  start: 'Start its containers in the order that they need, or make them where there are none',
  stop: 'Stop its containers, what others need last',
  restart: 'Stop its containers and start them again'
}
const tags = ['this server']

/** What can be done with a deployment of this server, and how far it is. */
export function actionRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
  for (const action of ACTIONS) {
    app.post(
      `/api/deployments/:name/${action}`,
      {
        config: operatorOrPeer('deployments:write'),
        schema: {
          tags,
          summary: SUMMARIES[action],
          description:
            'Answers with the result when it is done. With wait=false, or when it takes longer than wait_seconds, it answers with a job to look up; it goes on in any case.',
          params: DeploymentParams,
          querystring: Wait,
          response: { ...answers(ActionResult), 202: ActionAccepted }
        }
      },
      async ({ caller, params: { name }, query: { wait = true, wait_seconds = LONGEST_WAIT_S } }, reply) => {
        assertReach(caller, 'deployments:write', name)
        const { job, result } = await local.begin({ deployment: name, action, by: nameOf(caller) })
        const done = wait ? await within(result, wait_seconds * 1_000) : undefined
        if (done) return reply.code(200).send(done)
        return reply.code(202).send({ job_id: job.id, deployment: name, action, status: job.status })
      }
    )
  }

  app.get(
    '/api/deployments/:name/jobs/:job',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags,
        summary: 'A change that was begun: by its id, or "active" for the one that is under way',
        params: Type.Object({ ...DeploymentParams.properties, job: Type.String({ maxLength: 64 }) }),
        response: answers(Job)
      }
    },
    async ({ caller, params: { name, job } }) => {
      assertReach(caller, 'deployments:read', name)
      return local.job(name, job)
    }
  )
}

/** What a promise gives, if it does so in time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
