/** How far behind the newest number of a process one may still come. */
const WINDOW = 8_192
/** Processes of one sender that are remembered: the running one, and those before its last restarts. */
const BOOTS = 8
/** After such a silence, nothing that the process sent before has a time that still counts. */
const SILENT_MS = 3_600_000

interface Heard {
  highest: number
  /** A bit for each number of the window, by its remainder. */
  seen: Uint32Array
  last: number
  /** The newest time that it signed, by its own clock. */
  created: number
}

interface Sender {
  boots: Map<string, Heard>
  /** What processes that were forgotten signed last: from one that is not known here, nothing so old is new. */
  forgotten: { created: number; at: number }
}

/** One numbered request of a process. */
interface Numbered {
  boot: string
  sequence: number
  /** Seconds since 1970, by the sender's clock. */
  created: number
}

/**
 * Remembers which numbered requests came already: a sliding window of bits as in IPsec (RFC 6479), so that a sender
 * costs 1 KiB, however long it talks.
 */
export function createReplays({ now = () => performance.now() }: { now?: () => number } = {}) {
  const senders = new Map<string, Sender>()

  /** Undefined where it may be of a process that was forgotten. */
  function heardOf(name: string, { boot, created }: Numbered): Heard | undefined {
    const sender: Sender = senders.get(name) ?? { boots: new Map(), forgotten: { created: 0, at: -SILENT_MS } }
    senders.set(name, sender)
    const { boots, forgotten } = sender
    const known = boots.get(boot)
    if (known) return known
    if (created <= forgotten.created && forgotten.at > now() - SILENT_MS) return undefined
    for (const [name, { last }] of boots) if (last < now() - SILENT_MS) boots.delete(name)
    const [quietest] = [...boots].sort(([, a], [, b]) => a.last - b.last)
    if (boots.size >= BOOTS && quietest) {
      boots.delete(quietest[0])
      sender.forgotten = { created: Math.max(forgotten.created, quietest[1].created), at: now() }
    }
    const heard = { highest: 0, seen: new Uint32Array(WINDOW / 32), last: now(), created }
    boots.set(boot, heard)
    return heard
  }

  return {
    /** True the first time, false for a repetition and for one too old to tell. */
    isFresh(sender: string, numbered: Numbered): boolean {
      const heard = heardOf(sender, numbered)
      if (!heard) return false
      const { sequence, created } = numbered
      const { highest, seen } = heard
      if (sequence <= highest - WINDOW) return false
      if (sequence > highest) {
        if (sequence - highest >= WINDOW) seen.fill(0)
        else for (let passed = highest + 1; passed < sequence; passed++) put(seen, passed, false)
      } else if (has(seen, sequence)) return false
      put(seen, sequence, true)
      heard.highest = Math.max(highest, sequence)
      heard.last = now()
      heard.created = Math.max(heard.created, created)
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
