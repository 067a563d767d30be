import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export const RELEASED_SECRET = 'the-secret-of-the-released-stores-0123'

const shelf = path.join(import.meta.dirname, 'released')

/** The versions of which a store is kept. */
export const released = readdirSync(shelf).map((name) => Number(path.basename(name, '.sql')))

/** Puts the store of a released version into a folder. */
export function unpackReleased(version: number, folder: string): void {
  const sql = readFileSync(path.join(shelf, `${version}.sql`), 'utf8')
  const database = new DatabaseSync(path.join(folder, 'cluster.db'))
  database.exec(sql)
  database.close()
  const marker = /^-- node\.json: (.*)$/m.exec(sql)?.[1]
  if (marker) writeFileSync(path.join(folder, 'node.json'), marker)
}
