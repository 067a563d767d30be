import type { AuditEntry, NewAuditEntry } from '../../schemas/audit.ts'
import type { Collection } from '../../store/collection.ts'

interface AuditOptions {
  records: Collection<AuditEntry>
  now?: () => number
  onError: (error: unknown) => void
}

const KEEP = 5_000
/** Of these, what was refused: strangers who knock must not push out what was done. */
const KEEP_REFUSED = 2_000
/** The same thing again within this time is counted, not listed: a flood of refusals is one line. */
const MERGE_MS = 60_000
const FLUSH_MS = 1_000

export type Audit = ReturnType<typeof createAudit>

/** Who did what, from where, with which result. Never a secret. Written in batches, and at the latest on close. */
export function createAudit({ records, now = Date.now, onError }: AuditOptions) {
  let lastId = Math.max(0, ...records.all().map(({ id }) => Number(id)))
  const unsaved = new Map<string, AuditEntry>()
  const recent = new Map<string, AuditEntry>()
  const timer = setInterval(() => flush().catch(onError), FLUSH_MS)
  timer.unref()

  async function flush(): Promise<void> {
    const batch = [...unsaved.values()]
    if (batch.length === 0) return
    await records.putAll(batch)
    for (const entry of batch) if (unsaved.get(entry.id) === entry) unsaved.delete(entry.id)
    const limit = now() - MERGE_MS
    for (const [key, { at }] of recent) if (Date.parse(at) < limit) recent.delete(key)
    await records.deleteAll(superfluous(records.all()))
  }

  return {
    record(entry: NewAuditEntry): void {
      const key = JSON.stringify([entry.who, entry.what, entry.target, entry.from, entry.result])
      const earlier = recent.get(key)
      const again = entry.result >= 400 && earlier !== undefined && Date.parse(earlier.at) > now() - MERGE_MS
      const made = again
        ? { ...earlier, times: earlier.times + 1 }
        : { ...entry, id: String(++lastId).padStart(12, '0'), at: new Date(now()).toISOString(), times: 1 }
      recent.set(key, made)
      unsaved.set(made.id, made)
      // While the disk refuses, or somebody floods, memory holds no more than the store would.
      if (unsaved.size > 2 * KEEP) for (const id of superfluous([...unsaved.values()])) unsaved.delete(id)
    },

    /** The newest first. */
    list({ limit, before }: { limit: number; before?: string }): AuditEntry[] {
      const all = new Map([...records.all(), ...unsaved.values()].map((entry) => [entry.id, entry]))
      return [...all.values()]
        .filter(({ id }) => before === undefined || id < before)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit)
    },

    async close(): Promise<void> {
      clearInterval(timer)
      await flush().catch(onError)
    }
  }
}

function superfluous(entries: readonly AuditEntry[]): string[] {
  const refused = entries.filter(({ result }) => result >= 400)
  const gone = new Set(refused.slice(0, -KEEP_REFUSED))
  const rest = entries.filter((entry) => !gone.has(entry))
  return [...gone, ...rest.slice(0, -KEEP)].map(({ id }) => id)
}
