import { DatabaseSync } from 'node:sqlite'
import { Fatal } from '../errors/fatal.ts'
import { examine } from './examine.ts'

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

/** Reads whose store a file is. @throws Fatal 78 when it is damaged, foreign, or newer than this program. */
export function inspectDatabase(file: string): Snapshot {
  const { identity, version } = examine(file) ?? {}
  if (!identity || version === undefined) throw new Fatal(78, `${file} holds no node`)
  return { nodeId: identity.nodeId, epoch: identity.epoch, schemaVersion: version }
}
