import { Type } from 'typebox'
import { ContainerStats, ContainerView } from '../../../schemas/deployments/operation.ts'
import { operatorOrPeer } from '../../access/access.ts'
import { reachable } from '../../access/scope.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

const FIGURES = Type.Object({ stats: Type.Array(ContainerStats) })
const tags = ['this server']

/** The containers of this server, in a deployment or not. */
export function containerRoutes(app: Routes, { local }: Pick<Services, 'local'>): void {
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

/** A container of no deployment is seen by those who see everything. */
function seenBy(reach: (deployment: string) => boolean): (deployment: string | undefined) => boolean {
  return (deployment) => (deployment === undefined ? reach('') : reach(deployment))
}
