import type { AuditEntry, NewAuditEntry } from '../../schemas/audit.ts'

/** How many entries of each kind are kept: nobody's flood pushes out what others did. */
const KEEP = { operators: 5_000, membership: 1_000, strangers: 1_000, peer: 200, peers: 2_000 }
export const KEEP_IN_ALL = KEEP.operators + KEEP.membership + KEEP.strangers + KEEP.peers

/** What changes who belongs here, though no operator of this server did it. */
const MEMBERSHIP: ReadonlySet<string> = new Set(['POST /api/cluster/exchange', 'POST /api/cluster/leave'])

type Ring = 'operators' | 'membership' | 'strangers' | 'peers'

/** The ring that an entry is kept in. */
function ringOf({ who, what, result }: NewAuditEntry): Ring {
  if (who.startsWith('operator ')) return 'operators'
  if (result < 400 && MEMBERSHIP.has(what)) return 'membership'
  return who.startsWith('peer ') ? 'peers' : 'strangers'
}

/**
 * What makes two entries within a minute one, with a count. An operator's deeds stay apart. A peer's are told apart by what
 * they reached; what it was refused, by kind alone: names can be made up.
 */
export function mergeKeyOf(entry: NewAuditEntry): string | undefined {
  const { who, what, target, from, result } = entry
  const ring = ringOf(entry)
  if (ring === 'membership' || (ring === 'operators' && result < 400)) return undefined
  if (ring === 'peers') return JSON.stringify([who, what, result, result < 400 ? target : undefined])
  return JSON.stringify([who, what, target, from, result])
}

/** The ids of those that must go, of entries in the order in which they came. */
export function superfluous(entries: readonly AuditEntry[]): string[] {
  const kept = new Map<string, number>()
  const fits = (name: string, limit: number) => {
    const count = (kept.get(name) ?? 0) + 1
    kept.set(name, count)
    return count <= limit
  }
  const isKept = (entry: AuditEntry) => {
    const ring = ringOf(entry)
    if (ring === 'peers' && !fits(entry.who, KEEP.peer)) return false
    return fits(ring, KEEP[ring])
  }
  return entries.toReversed().flatMap((entry) => (isKept(entry) ? [] : [entry.id]))
}
