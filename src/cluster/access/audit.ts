import { LRUCache } from 'lru-cache'
import type { AuditEntry, NewAuditEntry } from '../../schemas/audit.ts'
import type { Collection } from '../../store/collection.ts'
import { KEEP_IN_ALL, mergeKeyOf, superfluous } from './audit-rings.ts'

interface AuditOptions {
  records: Collection<AuditEntry>
  now?: () => number
  onFault: (error: unknown) => void
}

/** The same thing again within this time is counted, not listed: a flood is one line. */
const MERGE_MS = 60_000
const MERGED_AT_ONCE = 10_000
const FLUSH_MS = 1_000

export type Audit = ReturnType<typeof createAudit>

/** Who did what, from where, with which result. Never a secret. Written in batches, and at the latest on close. */
export function createAudit({ records, now = Date.now, onFault }: AuditOptions) {
  let lastId = Math.max(0, ...records.all().map(({ id }) => Number(id)))
  const unsaved = new Map<string, AuditEntry>()
  const recent = new LRUCache<string, AuditEntry>({ max: MERGED_AT_ONCE })
  const timer = setInterval(() => flush().catch(onFault), FLUSH_MS)
  timer.unref()

  async function flush(): Promise<void> {
    const batch = [...unsaved.values()]
    if (batch.length === 0) return
    await records.putAll(batch)
    for (const entry of batch) if (unsaved.get(entry.id) === entry) unsaved.delete(entry.id)
    await records.deleteAll(superfluous(records.all()))
  }

  return {
    record(entry: NewAuditEntry): void {
      const key = mergeKeyOf(entry)
      const earlier = key === undefined ? undefined : recent.get(key)
      const again = earlier !== undefined && Date.parse(earlier.at) > now() - MERGE_MS
      const made = again
        ? merged(earlier, entry)
        : { ...entry, id: String(++lastId).padStart(12, '0'), at: new Date(now()).toISOString(), times: 1 }
      if (key !== undefined) recent.set(key, made)
      unsaved.set(made.id, made)
      // While the disk refuses, or somebody floods, memory holds no more than the store would.
      if (unsaved.size > 2 * KEEP_IN_ALL) for (const id of superfluous([...unsaved.values()])) unsaved.delete(id)
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
      await flush().catch(onFault)
    }
  }
}

/** What differs between the two is not told of either. */
function merged(earlier: AuditEntry, { target, from }: NewAuditEntry): AuditEntry {
  const { target: _target, from: _from, ...rest } = earlier
  return {
    ...rest,
    ...(target !== undefined && target === earlier.target && { target }),
    ...(from !== undefined && from === earlier.from && { from }),
    times: earlier.times + 1
  }
}
