import type { DatabaseSync } from 'node:sqlite'
import { Check } from 'typebox/value'
import { ClusterEvent } from '../schemas/event.ts'
import { inTransaction } from './history.ts'
import { createTurns } from './turns.ts'

/** The newest events, so that their ids and what happened survive a restart. Of older ones nothing is kept. */
export function openEvents(handle: DatabaseSync, keep = 2_000, turns = createTurns()) {
  handle.exec('CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, event TEXT NOT NULL)')
  const insert = handle.prepare('INSERT OR REPLACE INTO events (id, event) VALUES (?, ?)')
  const prune = handle.prepare('DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?')

  return {
    /** Oldest first. What cannot be understood is left out. */
    last(): ClusterEvent[] {
      return handle
        .prepare('SELECT event FROM events ORDER BY id')
        .all()
        .flatMap(({ event }) => {
          const value = parsed(String(event))
          return Check(ClusterEvent, value) ? [value] : []
        })
        .slice(-keep)
    },
    append: (batch: readonly ClusterEvent[]): Promise<void> =>
      turns.take(() =>
        inTransaction(handle, () => {
          for (const event of batch) insert.run(event.id, JSON.stringify(event))
          prune.run(keep)
        })
      )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
