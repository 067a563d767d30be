import { chmodSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../../errors/fatal.ts'

/**
 * Holds the data path for this process. SQLite's exclusive lock is the operating system's, so it ends with the
 * process, however that ends; a file with a process id in it would not.
 */
export function lockDataPath(file: string): { release(): void } {
  const db = opened(file)
  try {
    chmodSync(file, 0o600)
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (!isHeld(cause)) throw unwritable(file, cause)
    const folder = path.resolve(path.dirname(file))
    throw new Fatal(75, `another agent holds the data path ${folder}; stop it, or give this one its own data_path`, {
      cause
    })
  }
  return { release: () => db.close() }
}

function opened(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (cause) {
    throw unwritable(file, cause)
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED; all else is the disk's refusal. */
const isHeld = (error: unknown) =>
  error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff)

const unwritable = (file: string, cause: unknown) =>
  new Fatal(74, `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
