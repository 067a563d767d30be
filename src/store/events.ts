import type { DatabaseSync } from 'node:sqlite'
import { Check } from 'typebox/value'
import { ClusterEvent } from '../schemas/event.ts'
import { newestOf } from '../schemas/event-rings.ts'
import { jsonOf } from '../untyped.ts'
import { createTurns } from './disk/turns.ts'
import { inTransaction } from './history.ts'

/** The newest events, so that their ids and what happened survive a restart. Of older ones nothing is kept. */
export function openEvents(handle: DatabaseSync, keep = 2_000, turns = createTurns()) {
  handle.exec('CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, event TEXT NOT NULL)')
  const insert = handle.prepare('INSERT OR REPLACE INTO events (id, event) VALUES (?, ?)')
  const remove = handle.prepare('DELETE FROM events WHERE id = ?')
  const select = handle.prepare('SELECT id, event FROM events ORDER BY id')
  let written = select.all().length
  let cutAt = 2 * keep

  /** Oldest first. What cannot be understood is left out. */
  function last(): ClusterEvent[] {
    const known = select.all().flatMap(({ event }) => {
      const value = jsonOf(String(event))
      return Check(ClusterEvent, value) ? [value] : []
    })
    return newestOf(known, keep)
  }

  function prune(): void {
    const kept = new Set(last().map(({ id }) => id))
    for (const { id } of select.all()) if (!kept.has(Number(id))) remove.run(Number(id))
    written = kept.size
    cutAt = written + keep
  }

  return {
    last,
    append: (batch: readonly ClusterEvent[]): Promise<void> =>
      turns.take(() =>
        inTransaction(handle, () => {
          for (const event of batch) insert.run(event.id, JSON.stringify(event))
          written += batch.length
          // Now and then: reading all of them at each write would cost more than the write.
          if (written >= cutAt) prune()
        })
      )
  }
}
