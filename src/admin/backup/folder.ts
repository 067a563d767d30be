import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

const NAME = /^\d{4}-\d\d-\d\dT\d{6}Z\.backup$/
/** What a backup that was cut off has left. */
const PART = /^\d{4}-\d\d-\d\dT\d{6}Z\.backup\.[0-9a-f]{8}\.part$/

/** Names sort by age. */
export const nameOfBackup = (now: Date) => `${now.toISOString().replaceAll(':', '').slice(0, 17)}Z.backup`

/** The newest backup of a folder; undefined where it has none. */
export function newestIn(folder: string): string | undefined {
  const name = readdirSync(folder)
    .filter((one) => NAME.test(one))
    .toSorted()
    .at(-1)
  return name && path.join(folder, name)
}

/** Deletes all but the newest of those that were named here, and nothing else. Gives what is gone. */
export function prune(folder: string, keep: number): string[] {
  const names = readdirSync(folder)
  const backups = names.filter((name) => NAME.test(name)).toSorted()
  const parts = names.filter((name) => PART.test(name))
  const old = [...backups.slice(0, -keep), ...parts].map((name) => path.join(folder, name))
  for (const file of old) rmSync(file)
  return old
}
