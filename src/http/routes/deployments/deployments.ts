import { Type } from 'typebox'
import { Deployment, DeploymentService } from '../../../schemas/deployments/deployment.ts'
import {
  type Action,
  ActionAccepted,
  ActionResult,
  ContainerStats,
  ContainerView,
  DeploymentStats,
  Job
} from '../../../schemas/deployments/operation.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { assertReach, nameOf, reachable } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

/** One folder's name. What it may hold is the rule of whoever looks it up. */
export const DeploymentParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }) })

const Compose = Type.Object({ name: Type.String(), content: Type.String(), filename: Type.String() })
const Found = Type.Object({
  deployment: Deployment,
  compose_content: Type.String(),
  compose_filename: Type.String()
})
/** Less than what the proxy, and others on the way, wait for the beginning of an answer. */
const LONGEST_WAIT_S = 50
const Wait = Type.Object({
  wait: Type.Optional(Type.Boolean()),
  wait_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_WAIT_S }))
})
const FIGURES = Type.Object({ stats: Type.Array(ContainerStats) })
const SERVICES = Type.Object({
  deployment: Type.String(),
  services: Type.Array(DeploymentService),
  items: Type.Array(DeploymentService)
})
const tags = ['this server']

/** The deployments of this server, one by one, under FlatRun's paths: what they are, and what can be done with them. */
export function deploymentRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
  const read = operatorOrPeer('deployments:read')

  app.get(
    '/api/deployments/:name',
    {
      config: read,
      schema: { tags, summary: 'One deployment', params: DeploymentParams, response: answers(Found) }
    },
    async ({ caller, params: { name } }) => {
      assertReach(caller, 'deployments:read', name)
      const deployment = await local.deployment(name)
      const { content, filename } = await local.compose(name).catch(() => ({ content: '', filename: '' }))
      return { deployment, compose_content: content, compose_filename: filename }
    }
  )

  app.get(
    '/api/deployments/:name/compose',
    {
      config: read,
      schema: {
        tags,
        summary: 'Its compose file, word for word: variables and .env are not resolved',
        params: DeploymentParams,
        response: answers(Compose)
      }
    },
    async ({ caller, params: { name } }) => {
      assertReach(caller, 'deployments:read', name)
      return local.compose(name)
    }
  )

  app.get(
    '/api/deployments/:name/stats',
    {
      config: read,
      schema: {
        tags,
        summary: 'CPU, memory and network of its containers',
        params: DeploymentParams,
        response: answers(DeploymentStats)
      }
    },
    async ({ caller, params: { name } }) => {
      assertReach(caller, 'deployments:read', name)
      return local.deploymentStats(name)
    }
  )

  app.get(
    '/api/deployments/:name/services',
    {
      config: read,
      schema: { tags, summary: 'Its services, and how each is', params: DeploymentParams, response: answers(SERVICES) }
    },
    async ({ caller, params: { name } }) => {
      assertReach(caller, 'deployments:read', name)
      const { services } = await local.deployment(name)
      return { deployment: name, services, items: services }
    }
  )

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
      config: read,
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

  app.get(
    '/api/containers',
    {
      config: operatorOrPeer('containers:read'),
      schema: {
        tags,
        summary: 'All containers of this server',
        response: answers(Type.Object({ containers: Type.Array(ContainerView) }))
      }
    },
    async ({ caller }) => {
      const mine = seenBy(reachable(caller, 'containers:read'))
      return { containers: (await local.containers()).filter(({ deployment }) => mine(deployment)) }
    }
  )

  app.get(
    '/api/containers/stats',
    {
      config: operatorOrPeer('containers:read'),
      schema: { tags, summary: 'CPU, memory and network of all containers', response: answers(FIGURES) }
    },
    async ({ caller }) => {
      const mine = seenBy(reachable(caller, 'containers:read'))
      return { stats: (await local.containerStats()).filter(({ deployment_name }) => mine(deployment_name)) }
    }
  )
}

const ACTIONS: readonly Action[] = ['start', 'stop', 'restart']
const SUMMARIES: Record<Action, string> = {
  start: 'Start its containers in the order that they need, or make them where there are none',
  stop: 'Stop its containers, what others need last',
  restart: 'Stop its containers and start them again'
}

/** A container of no deployment is seen by those who see everything. */
function seenBy(reach: (deployment: string) => boolean): (deployment: string | undefined) => boolean {
  return (deployment) => (deployment === undefined ? reach('') : reach(deployment))
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
