import type { Card } from '../../schemas/joining/card.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Heard } from '../opinions/asking.ts'
import { drawFrom, WITNESSES } from '../opinions/rule.ts'
import type { Cards } from './cards.ts'
import type { Places } from './places.ts'

interface WhereaboutsOptions {
  cluster: Pick<Cluster, 'peers' | 'onChange' | 'onLeft'>
  places: Pick<Places, 'at' | 'cardAt'>
  cards: Pick<Cards, 'take' | 'own'>
  /** Asks a member about a node. Never rejects. */
  ask: (memberId: string, about: string) => Promise<Heard>
  now?: () => number
  random?: () => number
}

const SOONEST_MS = 50_000
const SELDOM_MS = 600_000

export type Whereabouts = ReturnType<typeof createWhereabouts>

/**
 * Two that moved while neither was there to be told: each asks others where they reach it. What they say is a hint; the
 * member itself says its address, in a card that nobody else can sign.
 */
export function createWhereabouts(options: WhereaboutsOptions) {
  const { cluster, places, cards, ask, now = () => performance.now(), random = Math.random } = options
  const lost = new Map<string, { since: number; askedAt: number }>()
  const ends = [
    cluster.onLeft((id) => void lost.delete(id)),
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'online') lost.delete(id)
    })
  ]

  /** At once, then as long after as it has been lost, at most ten minutes. */
  function isDue(id: string): boolean {
    const at = now()
    const { since, askedAt } = lost.get(id) ?? { since: at, askedAt: Number.NEGATIVE_INFINITY }
    if (at - askedAt < Math.min(Math.max(askedAt - since, SOONEST_MS), SELDOM_MS)) return false
    lost.set(id, { since, askedAt: at })
    return true
  }

  async function meet(member: Member, url: string, own: Card): Promise<boolean> {
    const place = await places.at(member, url)
    if (!place || place === 'here') return false
    const card = await places.cardAt(member, place, own)
    if (!card) return false
    // It is followed from there, where it names another address than we knew.
    await cards.take(member.id, card)
    return true
  }

  return {
    async find(member: Member): Promise<void> {
      const { id, nodeId } = member
      const own = nodeId !== undefined && isDue(id) ? await cards.own() : undefined
      if (nodeId === undefined || !own) return
      const others = cluster
        .peers()
        .filter((one) => one.id !== id && one.verdict === 'online' && one.features.includes('opinions'))
      const asked = drawFrom(others, WITNESSES, random)
      const heard = await Promise.all(asked.map((witness) => ask(witness.id, nodeId)))
      const urls = new Set(heard.flatMap((one) => (one.opinion === 'up' && one.url !== undefined ? [one.url] : [])))
      for (const url of urls) if (await meet(member, url, own)) return
    },
    stop(): void {
      for (const end of ends) end()
    }
  }
}
