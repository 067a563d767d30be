import { Type } from 'typebox'
import { Deployment } from '../../schemas/deployment.ts'
import {
  type Action,
  ActionAccepted,
  ActionResult,
  ContainerStats,
  ContainerView,
  Job
} from '../../schemas/operation.ts'
import { operatorOrPeer } from '../access.ts'
import { assertReach, nameOf, reachable } from '../reach.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

/** One folder's name. What it may hold is the rule of whoever looks it up. */
export const DeploymentParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }) })

const Compose = Type.Object({ name: Type.String(), content: Type.String(), filename: Type.String() })
const Found = Type.Object({
  deployment: Deployment,
  compose_content: Type.String(),
  compose_filename: Type.String()
})
const FIGURES = Type.Object({ stats: Type.Array(ContainerStats) })
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
        response: answers(FIGURES)
      }
    },
    async ({ caller, params: { name } }) => {
      assertReach(caller, 'deployments:read', name)
      return { stats: await local.containerStats(name) }
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
          description: 'With wait=false it answers at once, with a job to look up',
          params: DeploymentParams,
          querystring: Type.Object({ wait: Type.Optional(Type.Boolean()) }),
          response: { ...answers(ActionResult), 202: ActionAccepted }
        }
      },
      async ({ caller, params: { name }, query: { wait = true } }, reply) => {
        assertReach(caller, 'deployments:write', name)
        const { job, result } = await local.begin({ deployment: name, action, by: nameOf(caller) })
        if (wait) return reply.code(200).send(await result)
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
      const mine = within(reachable(caller, 'containers:read'))
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
      const mine = within(reachable(caller, 'containers:read'))
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
function within(reach: (deployment: string) => boolean): (deployment: string | undefined) => boolean {
  return (deployment) => (deployment === undefined ? reach('') : reach(deployment))
}
