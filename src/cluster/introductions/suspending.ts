import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { NothingToRestore, RestoreTooLate } from '../../errors/introductions.ts'
import { PeerUnknown } from '../../errors/members.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { WithdrawResult } from '../../schemas/joining/introduction.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { specOf } from '../peers/peer-view.ts'
import type { Introductions } from './introductions.ts'

interface SuspendingOptions {
  store: Pick<Store, 'members'>
  introductions: Pick<Introductions, 'withdrawn'>
  cluster: Pick<Cluster, 'updated'>
  remote: { forget(id: string): void }
  events: EventLog
  clock: Pick<Clock, 'wall'>
}

const HOUR_MS = 3_600_000
/** More in an hour wait for an operator: one server that was taken over must not empty a cluster. */
const MOST_AN_HOUR = 3
const REVERSIBLE_FOR_MS = 30 * 24 * HOUR_MS

export type Suspending = ReturnType<typeof createSuspending>

/**
 * What the one who introduced a server may take back: its keys open nothing here from that moment on, and it is asked
 * nothing. It stays in the list, and an operator of this side can turn it round. Nobody else's word counts, nothing is
 * deleted.
 */
export function createSuspending({
  store: { members },
  introductions,
  cluster,
  remote,
  events,
  clock
}: SuspendingOptions) {
  const timestamp = () => new Date(clock.wall()).toISOString()
  // Of many requests at once each counts those before it.
  const oneAtATime = pLimit(1)

  function suspendedBy(id: string): number {
    const from = clock.wall() - HOUR_MS
    return members
      .all()
      .filter(
        ({ state, suspension }) => state === 'suspended' && suspension?.by.id === id && Date.parse(suspension.at) > from
      ).length
  }

  async function withdrawOne(by: Member, nodeId: string, reason: string): Promise<WithdrawResult['state']> {
    const dropped = await introductions.withdrawn(by.id, nodeId)
    const member = members.all().find((one) => one.nodeId === nodeId && one.introducedBy?.id === by.id)
    if (!member || member.state === 'removed') return dropped ? 'suspended' : 'unknown'
    if (member.state === 'suspended') return 'suspended'
    const atOnce = member.restoredAt === undefined && suspendedBy(by.id) < MOST_AN_HOUR
    const suspension = { by: { id: by.id, name: by.name }, reason, at: timestamp() }
    let stillIn = false
    const changed = await members.change(member.id, (now) => {
      // Removed meanwhile, it must not come back as one that can be restored.
      stillIn = now.state === member.state
      return stillIn ? { ...now, suspension, ...(atOnce && { state: 'suspended' }) } : undefined
    })
    if (!changed || !stillIn) return 'unknown'
    if (atOnce) {
      cluster.updated(specOf(changed))
      remote.forget(member.id)
    }
    events.publish({
      ...{ type: 'peer.suspended', peer: member.name, peer_id: member.id, facts: { asked: !atOnce } },
      reason: `${by.name}, which introduced it, removed it from the whole cluster: ${reason}`
    })
    return atOnce ? 'suspended' : 'asked'
  }

  return {
    withdraw: (by: Member, nodeIds: readonly string[], reason: string): Promise<WithdrawResult[]> =>
      oneAtATime(async () => {
        const results: WithdrawResult[] = []
        for (const node_id of nodeIds) results.push({ node_id, state: await withdrawOne(by, node_id, reason) })
        return results
      }),

    /** Its keys open again what they opened before. @throws PeerUnknown, NothingToRestore, RestoreTooLate */
    async restore(name: string): Promise<Member> {
      const member = members.byName(name)
      if (!member) throw new PeerUnknown(name)
      const { suspension, state } = member
      if (!suspension) throw new NothingToRestore(name)
      if (state === 'suspended' && Date.parse(suspension.at) + REVERSIBLE_FOR_MS < clock.wall())
        throw new RestoreTooLate(name)
      const restored = await members.change(member.id, ({ suspension: _, ...rest }) => {
        const kept = { ...rest, restoredAt: timestamp() }
        return rest.state === 'suspended' ? { ...kept, state: 'active' } : kept
      })
      if (!restored) throw new PeerUnknown(name)
      cluster.updated(specOf(restored))
      events.publish({
        type: 'peer.restored',
        peer: member.name,
        peer_id: member.id,
        reason: 'by an operator of this server'
      })
      return restored
    }
  }
}
