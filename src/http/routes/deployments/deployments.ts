import { Type } from 'typebox'
import { Deployment, DeploymentService } from '../../../schemas/deployments/deployment.ts'
import { DeploymentStats } from '../../../schemas/deployments/operation.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { assertReach } from '../../access/scope.ts'
import type { LocalNode, Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

/** One folder's name. What it may hold is the rule of the code that looks it up. */
export const DeploymentParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }) })

const Compose = Type.Object({ name: Type.String(), content: Type.String(), filename: Type.String() })
const Found = Type.Object({
  deployment: Deployment,
  compose_content: Type.String(),
  compose_filename: Type.String()
})
const SERVICES = Type.Object({
  deployment: Type.String(),
  services: Type.Array(DeploymentService),
  items: Type.Array(DeploymentService)
})
const tags = ['this server']

/** The deployments of this server, one by one, under FlatRun's paths: what they are and how they are. */
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
      return found(name, local)
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
}

async function found(name: string, local: LocalNode) {
  const deployment = await local.deployment(name)
  const { content, filename } = await local.compose(name).catch(() => ({ content: '', filename: '' }))
  return { deployment, compose_content: content, compose_filename: filename }
}
