import type { Card } from '../../schemas/joining/card.ts'
import { isOut } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import { noAddress } from '../peers/no-address.ts'
import type { Self } from '../peers/self.ts'
import { isKnownWithoutName, type ReachSetting, type WayBack, wayBackOf } from './way-back.ts'

interface OwnReachOptions {
  members: Pick<Store['members'], 'all'>
  self: Pick<Self, 'nodeId' | 'advertiseUrl' | 'urls' | 'dialPolicy'>
  setting: ReachSetting
  https: boolean
  pins: () => readonly string[]
}

export type OwnReach = ReturnType<typeof createOwnReach>

/** How others reach this server, as far as it knows: what its card says, and what it tells whom it asks to join. */
export function createOwnReach({ members, self, setting, https, pins }: OwnReachOptions) {
  const tls = () => ({ https, pinned: pins().length > 0 })

  /** What one peer could not dial, others may not be able to either; those that can will find it out. */
  function isReverse(): boolean {
    if (setting !== 'auto') return setting === 'reverse'
    return (
      self.advertiseUrl() === '' || members.all().some((member) => !isOut(member) && member.reachBack === 'reverse')
    )
  }

  return {
    isReverse,

    /** Undefined while nobody could reach it in either way. */
    place(): Pick<Card, 'urls' | 'reach'> | undefined {
      const reach = isReverse() ? 'reverse' : 'direct'
      const urls = self.urls()
      // With the setting `reverse` nobody is to dial it. What is known by its name alone must be named all the same.
      const isNamed = urls.length > 0 && (setting !== 'reverse' || !isKnownWithoutName(tls()))
      if (isNamed) return { urls, reach }
      return reach === 'reverse' && isKnownWithoutName(tls())
        ? { urls: [noAddress(self.nodeId(), tls())], reach }
        : undefined
    },

    /** What a server is told that is asked at this URL. @throws NoCallbackUrl */
    towards(url: string, features: readonly string[]): WayBack {
      return wayBackOf({
        ...{ asked: undefined, advertised: self.advertiseUrl(), urls: [url], nodeId: self.nodeId(), tls: tls() },
        ...{ setting: isReverse() ? 'reverse' : setting, policy: self.dialPolicy() },
        takesLinks: features.includes('reverse')
      })
    }
  }
}
