import { FAILURE_KINDS, type FailureKind, type ProbeAnswer } from '../../schemas/health.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'

/** Nothing of the peer was met there. Its own refusals are no matter of the way. */
const UNREACHED: ReadonlySet<FailureKind> = new Set(['unmet', 'stranger', 'barred'])
const TIMES_IN_VAIN = 2

interface VainOptions {
  members: Store['members']
  cluster: Pick<Cluster, 'peer'>
  now: () => number
}

/** Which peers call this server and are dialled by it in vain. */
export function createDialledInVain({ members, cluster, now }: VainOptions) {
  /** Since when each has called while it could not be dialled; before that it may have been off. */
  const heard = new Map<string, number>()

  return {
    /** Whether it is to be dialled, and nothing came of that though it was heard. To be asked when it calls. */
    isInVain(id: string): boolean {
      const { evidence = [], failures = 0 } = cluster.peer(id) ?? {}
      if (failures === 0 || members.get(id)?.reach !== undefined) heard.delete(id)
      else if (!heard.has(id)) heard.set(id, now())
      const since = heard.get(id)
      return since !== undefined && allUnreached(evidence.slice(-failures), since)
    },
    forget: (id: string) => void heard.delete(id)
  }
}

/** Whether it was asked often enough since then, and never met. */
function allUnreached(answers: readonly ProbeAnswer[], since: number): boolean {
  const later = answers.filter(({ at }) => at > since)
  const wereUnreached = later.every((answer) => !answer.ok && UNREACHED.has(FAILURE_KINDS[answer.class]))
  return later.length >= TIMES_IN_VAIN && wereUnreached
}
