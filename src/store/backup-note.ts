import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Lies in the data path, and in no backup. */
const BACKUP_NOTE = 'last-backup.json'

const Note = Type.Object({ at: Type.Integer() })

/** The last backup that a timer made: whoever makes them notes it here, and the agent misses the next one. */
export function noteBackup(folder: string, at: number): void {
  const file = path.join(folder, BACKUP_NOTE)
  // Root makes backups, and in this folder the agent may write: a link that lies there is replaced, and never followed.
  rmSync(file, { force: true })
  writeFileSync(file, JSON.stringify({ at }), { flag: 'wx', mode: 0o644 })
}

export function readBackupNote(folder: string): Static<typeof Note> | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(path.join(folder, BACKUP_NOTE), 'utf8'))
    return Value.Check(Note, note) ? note : undefined
  } catch {
    return undefined
  }
}
