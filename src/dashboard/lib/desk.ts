import { effect, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ClusterEvent } from '../../schemas/event.ts'
import { createChosen } from '../choosing/chosen.ts'
import { createRollouts } from '../deployments/rollouts.ts'
import type { MadeInvite } from '../joining/tokens.ts'
import { createApi } from './access/api.ts'
import { createMe } from './access/me.ts'
import { createSession } from './access/session.ts'
import { createRoute } from './address/route.ts'
import { createCluster } from './data/cluster.ts'
import { createHistories } from './data/histories.ts'
import { createLive } from './data/live.ts'
import { createTheme } from './theme.ts'
import { createToasts } from './toasts.ts'

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

  const cluster = createCluster(api)
  const { peers, deployments } = cluster
  const rollouts = createRollouts(api)

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
    ...cluster,
    rollouts,
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
