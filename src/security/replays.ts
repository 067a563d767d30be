/** How far behind the newest number of a sender one may still come. */
const WINDOW = 8_192
/** Senders that are remembered for a key: the running one, and those before its last restarts. */
const BOOTS = 8

/**
 * Remembers which numbered requests came already: a sliding window as in IPsec (RFC 4303 §3.4.3), so that memory does
 * not grow with traffic.
 */
export function createReplays() {
  const keys = new Map<string, Map<string, { highest: number; seen: Set<number> }>>()

  return {
    /** True the first time, false for a repetition and for one too old to tell. */
    isFresh(keyId: string, { boot, sequence }: { boot: string; sequence: number }): boolean {
      const boots = keys.get(keyId) ?? new Map()
      keys.set(keyId, boots)
      const window = boots.get(boot) ?? { highest: 0, seen: new Set<number>() }
      boots.set(boot, window)
      const [oldest] = boots.keys()
      if (boots.size > BOOTS && oldest !== undefined) boots.delete(oldest)

      if (sequence <= window.highest - WINDOW || window.seen.has(sequence)) return false
      window.seen.add(sequence)
      window.highest = Math.max(window.highest, sequence)
      if (window.seen.size > 2 * WINDOW) {
        for (const old of window.seen) if (old <= window.highest - WINDOW) window.seen.delete(old)
      }
      return true
    },
    forget: (keyId: string) => keys.delete(keyId)
  }
}

export type Replays = ReturnType<typeof createReplays>
