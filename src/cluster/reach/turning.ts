import type { EventLog } from '../../schemas/event.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { ReachSetting } from './way-back.ts'

interface TurningOptions {
  members: Store['members']
  events: EventLog
  setting: ReachSetting
  takesLinks: (member: Member) => boolean
  /** A peer reaches this server in another way than before. */
  onTurn(): void
}

/** Keeps what is known of the way in which each peer reaches this server. */
export function createTurning({ members, events, setting, takesLinks, onTurn }: TurningOptions) {
  function turned({ id, name }: Pick<Member, 'id' | 'name'>, to: 'direct' | 'reverse', reason: string): void {
    events.publish({ type: 'peer.reach', peer: name, peer_id: id, to, reason })
    onTurn()
  }

  return {
    async reachedDirectly({ id, name }: Member): Promise<void> {
      let isNews = false
      await members.change(id, ({ reachBack, ...member }) => {
        isNews = reachBack !== undefined
        return isNews ? member : undefined
      })
      if (isNews) turned({ id, name }, 'direct', 'it can dial this server now')
    },

    /** It could once, or an introduction had it believe so. */
    async dialsInVain(id: string): Promise<void> {
      let isNews = false
      const changed = await members.change(id, (member) => {
        isNews = setting === 'auto' && !isOut(member) && member.reachBack === undefined && takesLinks(member)
        return isNews ? { ...member, reachBack: 'reverse' } : undefined
      })
      if (changed && isNews) turned(changed, 'reverse', 'it cannot dial this server, which opens connections to it now')
    }
  }
}
