import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../errors.ts'
import { APPLICATION_ID } from './database.ts'
import { SCHEMA_VERSION } from './migrations.ts'

/** What a file says of itself. */
export interface Snapshot {
  readonly nodeId: string
  readonly epoch: number
  readonly schemaVersion: number
}

/** A consistent copy of a store, while a daemon may be writing to it. The file must not be there yet. */
export function copyDatabase(file: string, target: string): void {
  const handle = new DatabaseSync(file, { readOnly: true })
  try {
    handle.exec('PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF')
    handle.prepare('VACUUM INTO ?').run(target)
  } finally {
    handle.close()
  }
}

/** Reads whose store a file is. @throws Fatal 78 when it is corrupt, foreign, or newer than this program. */
export function inspectDatabase(file: string): Snapshot {
  let handle: DatabaseSync | undefined
  try {
    handle = new DatabaseSync(file, { readOnly: true })
    handle.exec('PRAGMA trusted_schema = OFF')
    const number = (name: string) => Number(handle?.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
    if (number('application_id') !== APPLICATION_ID) throw new Fatal(78, 'this is not a store of flatrun-cluster')
    const schemaVersion = number('user_version')
    if (schemaVersion > SCHEMA_VERSION)
      throw new Fatal(
        78,
        `this store was written by a newer flatrun-cluster (store version ${schemaVersion}, this one knows ${SCHEMA_VERSION})`
      )
    if (handle.prepare('PRAGMA quick_check').get()?.quick_check !== 'ok') throw new Fatal(78, 'this store is corrupt')
    return { ...identityIn(handle), schemaVersion }
  } catch (cause) {
    if (cause instanceof Fatal) throw cause
    throw new Fatal(78, 'this store cannot be read', { cause })
  } finally {
    handle?.close()
  }
}

function identityIn(handle: DatabaseSync): { nodeId: string; epoch: number } {
  const { value } = handle.prepare("SELECT value FROM meta WHERE key = 'identity'").get() ?? {}
  const record: unknown = JSON.parse(String(value))
  const identity = isRecord(record) && isRecord(record.value) ? record.value : undefined
  if (typeof identity?.nodeId !== 'string' || typeof identity.epoch !== 'number')
    throw new Fatal(78, 'this store holds no node')
  return { nodeId: identity.nodeId, epoch: identity.epoch }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
