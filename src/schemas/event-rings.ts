import type { ClusterEvent } from './event.ts'

/** What peers, strangers and deployments cause by themselves, and so as often as they like: by whom it was caused. */
const CAUSED: Partial<Record<ClusterEvent['type'], (event: ClusterEvent) => unknown>> = {
  'peer.state': ({ peer_id }) => peer_id,
  'peer.flapping': ({ peer_id }) => peer_id,
  'peer.crashed': ({ peer_id }) => peer_id,
  'peer.copied': ({ peer_id }) => peer_id,
  'peer.rekeyed': ({ peer_id }) => peer_id,
  'peer.identity': ({ peer_id }) => peer_id,
  'peer.renamed': ({ peer_id }) => peer_id,
  'peer.moved': ({ peer_id }) => peer_id,
  'peer.elsewhere': ({ peer_id }) => peer_id,
  'peer.reach': ({ peer_id }) => peer_id,
  'introduction.conflict': ({ peer_id }) => peer_id,
  'invite.refused': () => 'strangers',
  'flatrun.state': () => 'flatrun',
  'deployment.changed': ({ facts }) => facts?.deployment,
  'deployment.action': ({ facts }) => facts?.by
}

/**
 * The newest events, in the order that they have. Each cause has a tenth of `limit`, all causes together have `limit`, and
 * so have operators' deeds and membership, each for themselves: nobody's flood pushes out what others did.
 */
export function newestOf(events: readonly ClusterEvent[], limit: number): ClusterEvent[] {
  const kept = new Map<string, number>()
  const fits = (ring: string, most: number) => {
    const count = (kept.get(ring) ?? 0) + 1
    kept.set(ring, count)
    return count <= most
  }
  const isKept = (event: ClusterEvent) => {
    const cause = CAUSED[event.type]?.(event)
    if (cause === undefined) return fits('membership', limit)
    if (String(cause).startsWith('operator ')) return fits('operators', limit)
    return fits(`by ${cause}`, Math.max(1, limit / 10)) && fits('caused', limit)
  }
  return events.toReversed().filter(isKept).toReversed()
}
