/** No process starts anew in less: a start that was proven so lately is not over, and many uploads need one look. */
const CERTAIN_MS = 100

/**
 * Which start of each peer the next request to it is for, as its signed answers tell. After a restart a peer refuses what
 * was meant for the one before, since it remembers no more what came already.
 */
export function createBoots(now: () => number) {
  const known = new Map<string, { boot: string | undefined; at: number }>()

  return {
    of: (id: string) => known.get(id)?.boot,
    /** Undefined: it answers signed, and names no start, as versions before this one. */
    learn(id: string, boot: string | undefined): void {
      known.set(id, { boot, at: now() })
    },
    /** It may have been restarted. */
    doubt(id: string): void {
      const last = known.get(id)
      if (last) last.at = Number.NEGATIVE_INFINITY
    },
    isCertain(id: string): boolean {
      const last = known.get(id)
      return last !== undefined && (last.boot === undefined || now() - last.at < CERTAIN_MS)
    },
    forget: (id: string) => void known.delete(id)
  }
}
