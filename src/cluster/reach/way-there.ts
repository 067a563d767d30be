import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { specOf } from '../peers/peer-view.ts'

interface WayThereOptions {
  members: Store['members']
  cluster: Pick<Cluster, 'updated' | 'reportContact'>
  events: EventLog
  links: Pick<Remote['links'], 'forget'>
}

/** Keeps the way in which this server reaches each peer, and tells when it is another one. */
export function createWayThere({ members, cluster, events, links }: WayThereOptions) {
  function tell({ id, name, reach }: Member, reason: string): void {
    events.publish({ type: 'peer.reach', peer: name, peer_id: id, to: reach ?? 'direct', reason })
  }

  return {
    async becomesReverse(id: string): Promise<void> {
      let isNews = false
      const changed = await members.change(id, (member) => {
        isNews = member.reach !== 'reverse'
        return isNews ? { ...member, reach: 'reverse' } : undefined
      })
      if (!changed || !isNews) return
      cluster.reportContact(id)
      tell(changed, 'it opens connections to this server, which asks it over them')
    },

    async becomesDirect(id: string, url: string): Promise<void> {
      const changed = await members.change(id, ({ reach: _, ...member }) => ({ ...member, url }))
      links.forget(id)
      if (!changed) return
      cluster.updated(specOf(changed))
      tell(changed, 'it can be dialled from here now')
    }
  }
}
