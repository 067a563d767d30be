import { DeploymentList } from '../../schemas/deployment.ts'
import { Capacity, CapacityClaim, Providers, Stats } from '../../schemas/stats.ts'
import { operatorOrPeer } from '../access/access.ts'
import { partFor } from '../access/scope.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

/** This node's own deployments and statistics: what its peers ask for. */
export function localRoutes(app: Routes, { self, local }: Pick<Services, 'self' | 'local'>): void {
  const tags = ['this server']

  app.get(
    '/api/deployments',
    {
      config: operatorOrPeer('deployments:read'),
      schema: { tags, summary: 'The deployments of this server', response: answers(DeploymentList) }
    },
    async ({ caller, signed }) => {
      const list = await partFor(caller, local).deployments()
      // The same rows under the name that newer FlatRun clients read. One of ours reads the first alone.
      return signed ? list : { ...list, items: list.deployments }
    }
  )

  app.get(
    '/api/stats',
    {
      config: operatorOrPeer('deployments:read'),
      schema: {
        tags,
        summary: 'CPU, memory, disk, and counts of this server',
        response: answers(Stats)
      }
    },
    async ({ caller }) => partFor(caller, local).stats()
  )

  app.get(
    '/api/capacity',
    {
      config: operatorOrPeer('system:read'),
      schema: { tags, summary: 'What this server has, and what of it it offers', response: answers(Capacity) }
    },
    async () => local.capacity()
  )

  app.post(
    '/api/cluster/capacity/claim',
    {
      config: operatorOrPeer('cluster:capacity:claim'),
      schema: {
        tags,
        summary: 'A peer asks to place workloads here: none are taken, and that is said',
        response: answers(CapacityClaim)
      }
    },
    async () => {
      self.assertEnabled()
      const { host, offer } = await local.capacity()
      return { ...offer, host }
    }
  )

  app.get(
    '/api/cluster/providers',
    {
      config: operatorOrPeer('cluster:read'),
      schema: { tags, summary: 'What runs deployments here', response: answers(Providers) }
    },
    async () => {
      self.assertEnabled()
      return PROVIDERS
    }
  )
}

const ELSEWHERE = { active: false, available: false, reason: 'FlatRun’s agent has it; this one does not' }
const PROVIDERS = {
  orchestrators: [
    { id: 'standalone', active: true, available: true },
    { id: 'swarm', ...ELSEWHERE },
    { id: 'k3s', ...ELSEWHERE }
  ],
  routing: [
    { id: 'nginx', ...ELSEWHERE },
    { id: 'traefik', ...ELSEWHERE }
  ]
}
