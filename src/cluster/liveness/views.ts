import type { Actor } from 'xstate'
import type { RestartHistory } from '../../../machines/restarts.ts'
import type { supervisorMachine } from '../../../machines/supervisor.ts'
import type { PeerAnswered, PeerHealth } from '../../schemas/health.ts'
import { peerHealth, unwatchedHealth } from './peer-health.ts'

interface View {
  snapshot: unknown
  history: RestartHistory | undefined
  health: PeerHealth | undefined
}

export type Views = ReturnType<typeof createViews>

const NO_VIEW: View = { snapshot: undefined, history: undefined, health: undefined }

/** How the peers are, by the snapshots of their actors. */
export function createViews(supervisor: Actor<typeof supervisorMachine>, started: number) {
  /** Snapshots never change, so a view lasts as long as what it was made from, and no longer. */
  const views = new Map<string, View>()

  function child(id: string) {
    const actor = supervisor.getSnapshot().children[id]
    return actor?.getSnapshot().status === 'active' ? actor : undefined
  }

  function peer(id: string): PeerHealth | undefined {
    const { context } = supervisor.getSnapshot()
    const member = context.members[id]
    const history = context.restarts[id]
    if (!member || !history) return undefined
    const snapshot = child(id)?.getSnapshot()
    const known = views.get(id)
    if (known?.health && known.snapshot === snapshot && known.history === history) return known.health
    const health =
      snapshot && 'context' in snapshot ? peerHealth(snapshot, history) : unwatchedHealth(member, history, started)
    views.set(id, { snapshot, history, health })
    return health
  }

  return {
    /** The actor of a peer while it runs. */
    child,
    peer,
    peers: (): PeerHealth[] => Object.keys(supervisor.getSnapshot().context.members).flatMap((id) => peer(id) ?? []),
    /** After an answer: of ten thousand peers, a whole view is made only when somebody asks for it. */
    answered({ id, name }: { id: string; name: string }): PeerAnswered | undefined {
      const stale = views.get(id)
      if (stale) Object.assign(stale, NO_VIEW)
      const snapshot = child(id)?.getSnapshot()
      return snapshot && 'context' in snapshot ? { id, name, verdict: snapshot.context.verdict } : peer(id)
    },
    forget: (id: string) => void views.delete(id)
  }
}
