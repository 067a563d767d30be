import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../errors.ts'
import { migrate, SCHEMA_VERSION } from './migrations.ts'

/** "FRC1" in SQLite's header: a file with another number is somebody else's. */
export const APPLICATION_ID = 0x46524331

export interface Database {
  handle: DatabaseSync
  /** The file was made by this call. */
  fresh: boolean
}

/** Creates the folder 0700 where needed. @throws Fatal 73 or 74 when that is not possible. */
export function prepareDataPath(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Fatal(73, `data_path ${folder} cannot be created: ${reason(cause)}`, { cause })
  }
}

/**
 * Opens the one SQLite file: write-ahead log, every commit on disk before it is answered (WAL alone would lower that
 * to NORMAL), and only a file of ours of a version that we know.
 * @throws Fatal 74 when it cannot be written, 78 when it is corrupt, foreign or newer.
 */
export function openDatabase(folder: string, expected: boolean): Database {
  const file = path.join(folder, 'cluster.db')
  const fresh = !existsSync(file)
  if (expected && (fresh || statSync(file).size === 0)) {
    throw new Fatal(
      78,
      `${file} is missing or empty, but node.json says that this node had a store. Restore a backup, or delete node.json to begin anew as another node`
    )
  }
  if (!fresh) examine(file)
  const handle = open(file)
  chmodSync(file, 0o600)
  try {
    handle.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL'
    )
    if (isBlank(handle))
      handle.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    else migrate({ handle, file })
  } catch (error) {
    handle.close()
    // What could be read was read by now: a disk that refuses refuses to be written.
    if (/readonly|read-only|full|disk I\/O/i.test(reason(error)))
      throw new Fatal(74, `${file} cannot be written: ${reason(error)}`, { cause: error })
    throw unreadable(file, error)
  }
  return { handle, fresh }
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (cause) {
    throw new Fatal(74, `${file} cannot be opened for writing: ${reason(cause)}`, { cause })
  }
}

/** Looks without writing: what is not ours, or newer, or broken stays as it is, to the byte. */
function examine(file: string): void {
  let handle: DatabaseSync | undefined
  try {
    handle = new DatabaseSync(file, { readOnly: true })
    handle.exec('PRAGMA trusted_schema = OFF')
    if (!isBlank(handle)) verify(handle, file)
  } catch (error) {
    throw error instanceof Fatal ? error : unreadable(file, error)
  } finally {
    handle?.close()
  }
}

function verify(handle: DatabaseSync, file: string): void {
  const version = pragma(handle, 'user_version')
  if (pragma(handle, 'application_id') !== APPLICATION_ID)
    throw new Fatal(78, `${file} is not a store of flatrun-cluster; nothing was changed`)
  if (version > SCHEMA_VERSION) {
    throw new Fatal(
      78,
      `${file} was written by a newer flatrun-cluster (store version ${version}, this one knows ${SCHEMA_VERSION}); install the newer version`
    )
  }
  const check = handle.prepare('PRAGMA quick_check').get()?.quick_check
  if (check !== 'ok') throw new Fatal(78, `${file} is corrupt; nothing was changed; restore a backup`)
}

/** Made by an open that got no further. */
const isBlank = (handle: DatabaseSync) =>
  pragma(handle, 'application_id') === 0 && handle.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0

const unreadable = (file: string, cause: unknown) =>
  new Fatal(78, `${file} cannot be read: ${reason(cause)}. Nothing was changed; restore a backup`, { cause })
const pragma = (handle: DatabaseSync, name: string) => Number(handle.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))
