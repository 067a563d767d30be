/**
 * Writes the store that this version makes as SQL, for `released/VERSION.sql`: run once when a version is released, and
 * kept for good, since stores like it are out there. `node test/store/make-released.ts > test/store/released/1.sql`
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { credentialContext } from '../../src/store/contexts.ts'
import { openStore } from '../../src/store/store.ts'
import { RELEASED_SECRET } from './released.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'released-'))
const store = await openStore({ folder, secrets: [RELEASED_SECRET] })
const id = '3f0c5a52-7c6e-4a7d-9a0b-5d0f6c1e2b34'
await store.members.put({
  id,
  number: 1,
  name: 'web-2',
  url: 'http://192.0.2.20:8090',
  state: 'active',
  joinedAt: '2026-11-23T08:00:00.000Z',
  lastSeenAt: '2026-11-23T08:15:00.000Z',
  credential: {
    sealed: store.vault.seal('the-key-towards-web-2', credentialContext(id)),
    since: '2026-11-23T08:00:00.000Z'
  },
  keyDigest: { current: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
  grants: [{ capability: 'fleet.read' }],
  features: [],
  transport: 'insecure',
  pins: []
})
await store.invites.put({
  id: 'invite-1',
  digest: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
  createdAt: '2026-11-23T08:00:00.000Z',
  expiresAt: '2026-11-23T09:00:00.000Z',
  createdBy: 'admin'
})
await store.changeIdentity({ setup: { serverName: 'web-1', advertiseUrl: 'http://192.0.2.10:8090' } })
store.close()

const database = new DatabaseSync(path.join(folder, 'cluster.db'), { readOnly: true })
const pragma = (name: string) => `PRAGMA ${name} = ${database.prepare(`PRAGMA ${name}`).get()?.[name]};`
const literal = (value: unknown) => {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`
}
console.log(`-- node.json: ${readFileSync(path.join(folder, 'node.json'), 'utf8').trim()}`)
console.log([pragma('application_id'), pragma('user_version')].join('\n'))
for (const { sql, name, type } of database.prepare('SELECT * FROM sqlite_schema WHERE sql IS NOT NULL').all()) {
  if (!String(name).startsWith('sqlite_')) console.log(`${String(sql).replaceAll(/\s+/g, ' ')};`)
  if (type !== 'table' || String(name).startsWith('sqlite_')) continue
  for (const row of database.prepare(`SELECT * FROM "${name}"`).all())
    console.log(`INSERT INTO "${name}" VALUES (${Object.values(row).map(literal).join(', ')});`)
}
database.close()
rmSync(folder, { recursive: true })
