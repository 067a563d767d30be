import { computed } from '@preact/signals'
import type { PeerView } from '../../../schemas/peer.ts'
import type { Api } from '../access/api.ts'
import { problems as problemsOf } from '../problems/problems.ts'
import { aggregate, type Slices } from './aggregate.ts'
import { createResource, type Resource } from './resource.ts'
import { deployedOn, deploymentRows, serverRows } from './rows.ts'

export interface ClusterStatus {
  enabled: boolean
  server_name?: string
  advertise_url?: string
  peer_count?: number
  fingerprint?: string
  self?: { tags: string[] }
  waiting?: number
  alerts?: { failing: string[] }
  agent_version?: string
  version?: { version: string; build_time: string; git_commit: string }
}

/** What is known of the cluster: as it was told, and as the lists and the counts show it. */
export function createCluster(api: Api) {
  const status = createResource<ClusterStatus>({
    load: (signal) => api.get('/cluster/status', signal),
    everyMs: 30_000
  })
  const peers = createResource<readonly PeerView[]>({
    load: async (signal) => (await api.get<{ peers: PeerView[] }>('/cluster/peers', signal)).peers,
    everyMs: 10_000
  })
  const spread = (path: string, everyMs: number) => {
    const resource: Resource<Slices> = createResource<Slices>({
      load: (signal, partial) => aggregate(api, path, { before: resource.data.value ?? new Map(), signal, partial }),
      everyMs
    })
    return resource
  }
  const deployments = spread('/cluster/deployments', 30_000)
  const stats = spread('/cluster/stats', 10_000)

  const self = computed(() => status.data.value?.server_name ?? '')
  const slices = computed<Slices>(() => deployments.data.value ?? new Map())
  const byServer = computed(() => deployedOn(slices.value))
  const servers = computed(() =>
    serverRows({
      self: self.value,
      version: status.data.value?.agent_version ?? '',
      tags: status.data.value?.self?.tags ?? [],
      peers: peers.data.value ?? [],
      stats: stats.data.value ?? new Map(),
      deployed: byServer.value,
      answers: slices.value
    })
  )
  const deployed = computed(() => deploymentRows(byServer.value, slices.value))
  /** What every count of problems counts. */
  const problems = computed(() => problemsOf(servers.value, deployed.value))
  return { status, peers, deployments, stats, self, servers, deployed, problems }
}
