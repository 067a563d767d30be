import pLimit from 'p-limit'
import type { Card } from '../../schemas/joining/card.ts'
import { digest } from '../../security/tokens.ts'
import type { Store } from '../../store/store.ts'
import { FEATURES, type Self } from '../peers/self.ts'
import type { OwnReach } from '../reach/own-reach.ts'

interface OwnCardOptions {
  store: Pick<Store, 'identity' | 'changeIdentity' | 'restored'>
  self: Pick<Self, 'nodeId' | 'name' | 'identity'>
  reach: Pick<OwnReach, 'place'>
  pins: () => readonly string[]
  tags: readonly string[]
  now?: () => number
}

export type OwnCard = ReturnType<typeof createOwnCard>

/**
 * This node's own card. Its number grows when what stands on it changed since it was last given out, and after a backup
 * was put back, which may hold an older number than others have seen. Undefined while others cannot reach this node in any way.
 */
export function createOwnCard({ store, self, reach, pins, tags, now = Date.now }: OwnCardOptions) {
  const oneAtATime = pLimit(1)
  let isNew = store.restored

  async function current(): Promise<Card | undefined> {
    const place = reach.place()
    if (!place) return undefined
    const content = {
      node_id: self.nodeId(),
      name: self.name(),
      urls: place.urls,
      identity: self.identity(),
      pins: [...pins()],
      features: [...FEATURES],
      reach: place.reach,
      tags: [...tags]
    }
    const { card: last } = store.identity()
    const written = digest(JSON.stringify(content))
    if (last && last.digest === written && !isNew) return { ...content, seq: last.seq }
    // By the clock where that is ahead: so a number that a lost store gave out is passed.
    const seq = Math.max((last?.seq ?? 0) + 1, Math.floor(now() / 1_000))
    await store.changeIdentity({ card: { seq, digest: written } })
    isNew = false
    return { ...content, seq }
  }

  return () => oneAtATime(current)
}
