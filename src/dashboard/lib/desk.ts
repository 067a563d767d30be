import { computed, effect, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ClusterEvent } from '../../schemas/event.ts'
import type { PeerView } from '../../schemas/peer.ts'
import { createChosen } from '../choosing/chosen.ts'
import { createRollouts } from '../deployments/rollouts.ts'
import type { MadeInvite } from '../joining/tokens.ts'
import { createApi } from './access/api.ts'
import { createMe } from './access/me.ts'
import { createSession } from './access/session.ts'
import { createRoute } from './address/route.ts'
import { aggregate, type Slices } from './data/aggregate.ts'
import { createHistories } from './data/histories.ts'
import { createLive } from './data/live.ts'
import { createResource, type Resource } from './data/resource.ts'
import { deployedOn, deploymentRows, serverRows } from './data/rows.ts'
import { problems as problemsOf } from './problems/problems.ts'
import { createTheme } from './theme.ts'
import { createToasts } from './toasts.ts'

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

export type Desk = ReturnType<typeof createDesk>

/** Everything that the screens share: who is signed in, where they are, and what is known of the cluster. */
export function createDesk(page: Window) {
  const session = createSession({ tab: page.sessionStorage, browser: page.localStorage })
  const route = createRoute(page)
  const api = createApi({ token: () => session.token.value, refused: session.end })
  const toasts = createToasts()

  /** The time of the page, by which ages are told; it ticks only as long as somebody can see it. */
  const now = signal(Date.now())
  setInterval(() => {
    if (!page.document.hidden) now.value = Date.now()
  }, 1000)

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

  const rollouts = createRollouts(api)

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

  function heard(event: ClusterEvent, news: boolean) {
    if (event.type.startsWith('peer.') || event.type.startsWith('invite.')) peers.refresh()
    if (event.type === 'peer.joined' || event.type === 'peer.removed' || event.type.startsWith('deployment.')) {
      deployments.refresh()
    }
    if (event.type === 'peer.state' && event.to === 'online') deployments.refresh()
    if (event.type.startsWith('rollout.')) rollouts.refresh()
    if (news) toasts.tell(event)
  }
  const live = createLive({ api, heard })
  // The pill in the head ticks; a reader is told of the change alone.
  effect(() => {
    if (live.phase.value === 'cut') toasts.speak('The connection to this server is cut. What is shown may be old.')
  })
  /** Of the invites that were made here, as long as the page is open and their maker signed in. */
  const tokens = new Map<string, MadeInvite>()
  effect(() => {
    if (session.token.value === undefined) tokens.clear()
  })
  /** The page is signed out at once, and the node as soon as it hears of it: a copied token is good for nothing then. */
  function signOut() {
    if (session.token.value !== undefined) void api.remove('/auth/session').catch(() => {})
    session.end()
  }
  const histories = createHistories(api)
  const who = createMe(api)

  return {
    api,
    session,
    signOut,
    route,
    live,
    now,
    status,
    peers,
    deployments,
    stats,
    rollouts,
    self,
    servers,
    deployed,
    problems,
    histories,
    who,
    toasts,
    chosen: { servers: createChosen(), deployments: createChosen() },
    tokens,
    theme: createTheme(page)
  }
}

const Context = createContext<Desk | undefined>(undefined)
export const DeskProvider = Context.Provider

export function useDesk(): Desk {
  const desk = useContext(Context)
  if (!desk) throw new Error('A part of the page was drawn without its desk.')
  return desk
}
