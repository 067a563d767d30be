/** A request may be under way for this long when its process ends and the next one starts. */
const UNDER_WAY_MS = 10_000
/** After such a silence, a process is taken for ended. */
const SILENT_MS = 120_000
/** More processes of one sender than these are no restarts: the ones that were silent longest are forgotten. */
const MOST = 16

/**
 * Tells a copy of a node from a restart of it. Both are a new process with the key of an older one; but after a restart
 * the older one is heard no more. The one that was there first keeps its place.
 */
export function createCopies({ now = () => performance.now() }: { now?: () => number } = {}) {
  const senders = new Map<string, Map<string, { first: number; last: number }>>()

  return {
    /** Whether another process of this sender, older than this one, is still at work. */
    isCopy(sender: string, boot: string): boolean {
      const time = now()
      const boots = senders.get(sender) ?? new Map<string, { first: number; last: number }>()
      senders.set(sender, boots)
      for (const [name, { last }] of boots) if (last < time - SILENT_MS) boots.delete(name)
      if (!boots.has(boot) && boots.size >= MOST) {
        const [quietest] = [...boots].sort(([, a], [, b]) => a.last - b.last)
        if (quietest) boots.delete(quietest[0])
      }
      const { first } = boots.get(boot) ?? { first: time }
      boots.set(boot, { first, last: time })
      return [...boots.values()].some((older) => older.first < first && older.last > first + UNDER_WAY_MS)
    }
  }
}
