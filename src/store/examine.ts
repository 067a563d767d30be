import { DatabaseSync } from 'node:sqlite'
import { Check } from 'typebox/value'
import { Fatal } from '../errors/fatal.ts'
import { StoreBusy } from '../errors/requests.ts'
import { Identity } from '../schemas/joining/invite.ts'
import { isBusy, isDisk } from './disk/sqlite-error.ts'
import { assertAddsUp, collectionsIn, recordIn } from './ledger.ts'
import { SCHEMA_VERSION } from './migrations.ts'

/** "FRC1" in SQLite's header: a file with another number is somebody else's. */
export const APPLICATION_ID = 0x46524331

/** What a store is, before anything is written to it. */
export interface Found {
  readonly version: number
  /** Absent in a store whose first start did not get that far. */
  readonly identity?: Identity
  /** Records that were ever written or deleted; stores of version 1 do not count. */
  readonly changes?: number
}

/**
 * Looks at a store without writing: what is not ours, newer, or damaged stays as it is, to the byte. Undefined for one
 * that was made by an open that got no further.
 * @throws Fatal 78 when it is damaged, foreign or newer; 74 when the disk refuses; 75 when another process holds it.
 */
export function examine(file: string): Found | undefined {
  let handle: DatabaseSync | undefined
  try {
    handle = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    handle.exec('PRAGMA trusted_schema = OFF')
    return isBlank(handle) ? undefined : look(handle, file)
  } catch (error) {
    throw error instanceof Fatal ? error : refusal(file, error)
  } finally {
    handle?.close()
  }
}

function look(handle: DatabaseSync, file: string): Found {
  const version = pragma(handle, 'user_version')
  if (pragma(handle, 'application_id') !== APPLICATION_ID)
    throw new Fatal(78, `${file} is not a store of flatrun-cluster; nothing was changed`)
  if (version > SCHEMA_VERSION) {
    throw new Fatal(
      78,
      `${file} was written by a newer flatrun-cluster (store version ${version}, this one knows ${SCHEMA_VERSION}); install the newer version`
    )
  }
  // Not the quick one: an index that lost an entry hides a member.
  if (handle.prepare('PRAGMA integrity_check(1)').get()?.integrity_check !== 'ok') throw new RangeError('it is corrupt')
  const identity = identityIn(handle)
  const counted = version > 1 ? { changes: assertAddsUp(handle).changes } : {}
  return { version, ...counted, ...(identity && { identity }) }
}

function identityIn(handle: DatabaseSync): Identity | undefined {
  const tables = collectionsIn(handle)
  const records = tables.map((table) => Number(handle.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n))
  if (records.every((count) => count === 0)) return undefined
  const row = handle.prepare("SELECT value FROM meta WHERE key = 'identity'").get()
  const identity: unknown = row && recordIn(String(row.value))
  if (!Check(Identity, identity)) throw new RangeError('it holds records and no node')
  return identity
}

/** Why a store that cannot be read is not used. */
export function refusal(file: string, fault: unknown): Fatal {
  const cause = fault instanceof StoreBusy ? fault.cause : fault
  const reason = cause instanceof Error ? cause.message : String(cause)
  if (isBusy(cause))
    return new Fatal(75, `${file} is held by another process (${reason}); end that one and start again`, { cause })
  if (isDisk(cause))
    return new Fatal(74, `${file} cannot be read or written: ${reason}. Nothing was changed`, { cause })
  return new Fatal(78, `${file} cannot be read: ${reason}. Nothing was changed; restore a backup`, { cause })
}

export const isBlank = (handle: DatabaseSync) =>
  pragma(handle, 'application_id') === 0 && handle.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0

const pragma = (handle: DatabaseSync, name: string) => Number(handle.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
