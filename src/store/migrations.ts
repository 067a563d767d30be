import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { addLedger } from './ledger.ts'

/** Turns a store of one version into the next. Runs inside a transaction, and sees no other process. */
type Migration = (handle: DatabaseSync) => void

/** The first leads from version 1 to 2. A released one is never changed: stores have been through it. */
const MIGRATIONS: readonly Migration[] = [addLedger]

/** What this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length + 1

export interface MigrationOptions {
  readonly handle: DatabaseSync
  readonly file: string
  readonly steps?: readonly Migration[]
}

/**
 * Brings a store to the newest version: all steps or none, after a copy of the old one was put beside it as
 * `cluster.db.v1`. Gives the copy's path; undefined when there was nothing to do.
 */
export function migrate({ handle, file, steps = MIGRATIONS }: MigrationOptions): string | undefined {
  const version = Number(handle.prepare('PRAGMA user_version').get()?.user_version)
  const missing = steps.slice(version - 1)
  if (missing.length === 0) return undefined
  const copy = `${file}.v${version}`
  // One that is there is older still: from an attempt that was broken off before anything was changed.
  if (!existsSync(copy)) handle.prepare('VACUUM INTO ?').run(copy)
  handle.exec('BEGIN IMMEDIATE')
  try {
    for (const step of missing) step(handle)
    handle.exec(`PRAGMA user_version = ${steps.length + 1}`)
    handle.exec('COMMIT')
  } catch (error) {
    handle.exec('ROLLBACK')
    throw error
  }
  return copy
}
