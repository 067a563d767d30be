import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../errors.ts'

/**
 * Holds the data path for this process. SQLite's exclusive lock is the operating system's, so it ends with the
 * process, however that ends; a file with a process id in it would not.
 */
export function lockDataPath(file: string): { release(): void } {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    throw new Fatal(75, 'another agent holds this data path; stop it, or give this one its own data_path', { cause })
  }
  return { release: () => db.close() }
}
