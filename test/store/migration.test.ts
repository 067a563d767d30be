import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { credentialContext } from '../../src/store/contexts.ts'
import { readMarker, writeMarker } from '../../src/store/disk/marker.ts'
import { migrate, SCHEMA_VERSION } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../daemon.ts'
import { RELEASED_SECRET, released, unpackReleased } from './released.ts'

const secrets = [RELEASED_SECRET]

test('a store of every version that was released is kept here', () => {
  assert.deepEqual(
    released.toSorted(),
    Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1)
  )
})

for (const version of released)
  test(`a store of version ${version} opens with everything that it holds`, async (t) => {
    const folder = temporaryFolder(t)
    unpackReleased(version, folder)
    const store = await openStore({ folder, secrets })
    t.after(store.close)
    const [member] = store.members.all()
    assert.equal(member?.name, 'web-2')
    assert.equal(store.vault.open(member.credential.sealed, credentialContext(member.id)), 'the-key-towards-web-2')
    assert.equal(store.invites.all().length, 1)
    assert.equal(store.identity().setup?.serverName, 'web-1')
    assert.equal(store.restored, false)
  })

function versionOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true })
  const version = database.prepare('PRAGMA user_version').get()?.user_version
  database.close()
  return version
}

test('a migration runs once, and a copy of the old store stays beside the new one', (t) => {
  const folder = temporaryFolder(t)
  unpackReleased(1, folder)
  const file = path.join(folder, 'cluster.db')
  const handle = new DatabaseSync(file)
  t.after(() => handle.close())
  let runs = 0
  const steps = [
    () => {
      runs++
      handle.exec('CREATE TABLE added (id TEXT)')
    }
  ]
  assert.equal(migrate({ handle, file, steps }), `${file}.v1`)
  assert.equal(migrate({ handle, file, steps }), undefined)
  assert.deepEqual([runs, versionOf(file), versionOf(`${file}.v1`)], [1, 2, 1])
})

test('of several migrations that do not all succeed none has happened', (t) => {
  const folder = temporaryFolder(t)
  unpackReleased(1, folder)
  const file = path.join(folder, 'cluster.db')
  const handle = new DatabaseSync(file)
  t.after(() => handle.close())
  const steps = [
    () => handle.exec('CREATE TABLE added (id TEXT)'),
    () => {
      throw new Error('broken')
    }
  ]
  assert.throws(() => migrate({ handle, file, steps }), /broken/)
  assert.equal(versionOf(file), 1)
  assert.equal(handle.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'added'").get()?.n, 0)
})

/** Everything in a folder, but what SQLite itself makes to look at a file. */
const bytesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name !== 'lock' && !/-(wal|shm)$/.test(name))
    .map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')])

const REFUSED: [name: string, change: (file: string) => void, reason: RegExp][] = [
  [
    'of a newer version',
    (file) => sql(file, 'PRAGMA user_version = 99'),
    /written by a newer flatrun-cluster.*install the newer/
  ],
  ['of another program', (file) => sql(file, 'PRAGMA application_id = 7'), /not a store of flatrun-cluster/],
  [
    'that is no database',
    (file) => writeFileSync(file, 'hello, this is no database at all'.repeat(40)),
    /cannot be read/
  ],
  ['that was cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, 9_000)), /cannot be read|corrupt/],
  ['that is empty', (file) => writeFileSync(file, ''), /missing or empty/]
]

for (const [name, change, reason] of REFUSED)
  test(`a store ${name} ends with 78 and is not changed by a byte`, async (t) => {
    const folder = temporaryFolder(t)
    unpackReleased(SCHEMA_VERSION, folder)
    change(path.join(folder, 'cluster.db'))
    const before = bytesOf(folder)
    await assert.rejects(openStore({ folder, secrets }), { exitCode: 78, message: reason })
    assert.deepEqual(bytesOf(folder), before)
  })

test('with a wrong secret a store ends with 78 and is not changed by a byte', async (t) => {
  const folder = temporaryFolder(t)
  unpackReleased(SCHEMA_VERSION, folder)
  ;(await openStore({ folder, secrets })).close()
  const before = bytesOf(folder)
  await assert.rejects(openStore({ folder, secrets: ['another-secret-0123456789abcdef0123'] }), { exitCode: 78 })
  assert.deepEqual(bytesOf(folder), before)
  assert.ok(!existsSync(path.join(folder, `cluster.db.v${SCHEMA_VERSION}`)))
})

function sql(file: string, text: string): void {
  const database = new DatabaseSync(file)
  database.exec(text)
  database.close()
}

test('a store of version 1 counts from its migration on, and a loss after that is noticed', async (t) => {
  const folder = temporaryFolder(t)
  unpackReleased(1, folder)
  const store = await openStore({ folder, secrets })
  await store.invites.delete('invite-1')
  store.close()
  sql(path.join(folder, 'cluster.db'), 'DROP TRIGGER members_deleted; DELETE FROM members')

  await assert.rejects(openStore({ folder, secrets }), { exitCode: 78, message: /records are missing/ })
})

test('a migration that was killed between marker and store goes on at the next start', async (t) => {
  const folder = temporaryFolder(t)
  unpackReleased(1, folder)
  writeMarker(folder, readMarker(folder) ?? assert.fail('no marker'))

  const store = await openStore({ folder, secrets })
  t.after(store.close)
  assert.equal(store.members.all().length, 1)
})
