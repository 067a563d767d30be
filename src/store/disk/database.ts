import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../../errors/fatal.ts'
import { APPLICATION_ID, examine, type Found, isBlank, refusal } from '../examine.ts'
import { CREATE_LEDGER } from '../ledger.ts'
import { migrate, SCHEMA_VERSION } from '../migrations.ts'
import type { Marker } from './marker.ts'

/** Creates the folder 0700 where needed. @throws Fatal 73 or 74 when that is not possible. */
export function prepareDataPath(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Fatal(73, `data_path ${folder} cannot be created: ${reason(cause)}`, { cause })
  }
}

const SMALLEST_PAGE = 512

export const databaseIn = (folder: string) => path.join(folder, 'cluster.db')

/**
 * What a data path holds, without a change to it; undefined for none. A store that the marker knows must be there, be
 * that node's, and hold every change that the marker has counted.
 * @throws Fatal
 */
export function findDatabase(folder: string, marker: Marker | undefined): Found | undefined {
  const file = databaseIn(folder)
  const size = existsSync(file) ? statSync(file).size : 0
  // Not to be opened: SQLite takes it for an empty one, and deletes its write-ahead log.
  if (size > 0 && size < SMALLEST_PAGE) throw refusal(file, new RangeError('it was cut'))
  if (marker && size === 0) {
    throw new Fatal(
      78,
      `${file} is missing or empty, but node.json says that this node had a store. Restore a backup, or delete node.json to begin anew as another node`
    )
  }
  const found = size > 0 ? examine(file) : undefined
  if (marker) assertWhole(file, marker, found)
  return found
}

function assertWhole(file: string, marker: Marker, found: Found | undefined): void {
  const { identity, version = 0, changes = 0 } = found ?? {}
  if (!identity) {
    throw new Fatal(
      78,
      `${file} holds no node, but node.json says that this node had a store: its write-ahead log was lost. Nothing was changed. Restore a backup, or delete node.json to begin anew as another node`
    )
  }
  if (identity.nodeId !== marker.node_id)
    throw new Fatal(78, `${file} is the store of another node than its node.json says; restore both from one backup`)
  // One of an earlier start is a backup that was put back; that is told, not refused.
  if (version === 1 || identity.epoch < marker.epoch) return
  if (marker.changes === undefined)
    throw new Fatal(78, `node.json beside ${file} is older than the store; restore both from one backup`)
  if (changes < marker.changes) {
    throw new Fatal(
      78,
      `${file} lacks the last ${marker.changes - changes} changes that node.json has counted: its write-ahead log was lost or damaged. Nothing was changed. Restore a backup, or delete node.json to go on with what is left`
    )
  }
}

/**
 * Opens the one SQLite file for writing: write-ahead log, every commit on disk before it is answered (WAL alone would
 * lower that to NORMAL). A new version is in the head of the file at once, where the package of an older one looks for it.
 * @throws Fatal 74 when it cannot be written, 75 when another process holds it.
 */
export function openDatabase(folder: string): DatabaseSync {
  const file = databaseIn(folder)
  const handle = open(file)
  try {
    chmodSync(file, 0o600)
    handle.exec('PRAGMA trusted_schema = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    if (isBlank(handle)) {
      handle.exec(
        `BEGIN; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; ${CREATE_LEDGER}; COMMIT`
      )
      checkpoint(handle)
    } else if (migrate({ handle, file }) !== undefined) checkpoint(handle)
    return handle
  } catch (error) {
    handle.close()
    throw refusal(file, error)
  }
}

/** Moves what the write-ahead log holds into the file itself, and empties it. False when another process reads there. */
export const checkpoint = (handle: DatabaseSync): boolean =>
  handle.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 5_000 })
  } catch (cause) {
    throw new Fatal(74, `${file} cannot be opened for writing: ${reason(cause)}`, { cause })
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))
