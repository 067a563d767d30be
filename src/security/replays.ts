/** How far behind the newest number of a process one may still come. */
const WINDOW = 8_192
/** Processes of one sender that are remembered: the running one, and those before its last restarts. */
const BOOTS = 8
/** A process that was silent for so long sent nothing whose time would still be good. */
const SILENT_MS = 3_600_000

interface Heard {
  highest: number
  /** A bit for each number of the window, by its remainder. */
  seen: Uint32Array
  last: number
}

/**
 * Remembers which numbered requests came already: a sliding window of bits as in IPsec (RFC 6479), so that a sender
 * costs 1 KiB, however long it talks.
 */
export function createReplays({ now = () => performance.now() }: { now?: () => number } = {}) {
  const senders = new Map<string, Map<string, Heard>>()

  function heardOf(sender: string, boot: string): Heard {
    const boots = senders.get(sender) ?? new Map<string, Heard>()
    senders.set(sender, boots)
    const known = boots.get(boot)
    if (known) return known
    for (const [name, { last }] of boots) if (last < now() - SILENT_MS) boots.delete(name)
    const [quietest] = [...boots].sort(([, a], [, b]) => a.last - b.last)
    if (boots.size >= BOOTS && quietest) boots.delete(quietest[0])
    const heard = { highest: 0, seen: new Uint32Array(WINDOW / 32), last: now() }
    boots.set(boot, heard)
    return heard
  }

  return {
    /** True the first time, false for a repetition and for one too old to tell. */
    isFresh(sender: string, { boot, sequence }: { boot: string; sequence: number }): boolean {
      const heard = heardOf(sender, boot)
      const { highest, seen } = heard
      if (sequence <= highest - WINDOW) return false
      if (sequence > highest) {
        if (sequence - highest >= WINDOW) seen.fill(0)
        else for (let passed = highest + 1; passed < sequence; passed++) put(seen, passed, false)
      } else if (has(seen, sequence)) return false
      put(seen, sequence, true)
      heard.highest = Math.max(highest, sequence)
      heard.last = now()
      return true
    }
  }
}

const cellOf = (sequence: number) => (sequence % WINDOW) >>> 5
const bitOf = (sequence: number) => 1 << (sequence % 32)

const has = (seen: Uint32Array, sequence: number) => ((seen[cellOf(sequence)] ?? 0) & bitOf(sequence)) !== 0

function put(seen: Uint32Array, sequence: number, value: boolean): void {
  const cell = seen[cellOf(sequence)] ?? 0
  seen[cellOf(sequence)] = value ? cell | bitOf(sequence) : cell & ~bitOf(sequence)
}
