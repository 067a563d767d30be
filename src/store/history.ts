import type { DatabaseSync } from 'node:sqlite'
import { createTurns } from './disk/turns.ts'

/**
 * What is remembered of each peer, as bytes by its id, beside the collections: it is rewritten all the time, may be
 * lost without harm, and its maker holds it in memory, so a second copy in a collection would be waste.
 */
export function openHistory(handle: DatabaseSync, turns = createTurns()) {
  handle.exec('CREATE TABLE IF NOT EXISTS history (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID')
  const insert = handle.prepare('INSERT OR REPLACE INTO history (id, bytes) VALUES (?, ?)')
  const remove = handle.prepare('DELETE FROM history WHERE id = ?')

  return {
    *load(): Generator<{ id: string; bytes: Uint8Array }> {
      for (const { id, bytes } of handle.prepare('SELECT id, bytes FROM history').iterate()) {
        if (typeof id === 'string' && bytes instanceof Uint8Array) yield { id, bytes }
      }
    },
    /** All of the batch or nothing. */
    save: (batch: readonly { id: string; bytes: Uint8Array }[]): Promise<void> =>
      turns.take(() =>
        inTransaction(handle, () => {
          for (const { id, bytes } of batch) insert.run(id, bytes)
        })
      ),
    delete: (id: string): Promise<unknown> => turns.take(() => remove.run(id))
  }
}

export function inTransaction(handle: DatabaseSync, write: () => void): void {
  handle.exec('BEGIN IMMEDIATE')
  try {
    write()
    handle.exec('COMMIT')
  } catch (error) {
    handle.exec('ROLLBACK')
    throw error
  }
}
