import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { SCHEMA_VERSION } from '../../src/store/migrations.ts'
import { join, sees, startNode, until } from '../daemon.ts'
import { failReleased, type Released, startReleased } from './released.ts'

/** Where SQLite keeps the number in the head of its file; the install script of the package reads it there too. */
const PLACE = 60
const storeVersion = (folder: string) => readFileSync(path.join(folder, 'data', 'cluster.db')).readUInt32BE(PLACE)

function setStoreVersion(folder: string, version: number): void {
  const handle = new DatabaseSync(path.join(folder, 'data', 'cluster.db'))
  handle.exec(`PRAGMA user_version = ${version}`)
  handle.close()
}

const portOf = (url: string) => Number(new URL(url).port)
const upgraded = (t: TestContext, { name, folder, url }: Pick<Released, 'name' | 'folder' | 'url'>) =>
  startNode(t, { name, folder, config: { 'api.port': portOf(url) } })

test('servers upgraded one after the other stay joined, and have what is new in the end', async (t) => {
  const before = [await startReleased(t, { name: 'web-1' }), await startReleased(t, { name: 'web-2' })]
  const [first, second] = before
  assert.ok(first && second)
  assert.equal((await join(first, second)).status, 200)

  await first.stop()
  const version = storeVersion(first.folder)
  const web1 = await upgraded(t, first)
  const copy = path.join(first.folder, 'data', `cluster.db.v${version}`)
  assert.equal(existsSync(copy), version < SCHEMA_VERSION, 'a copy of the old store, where it was changed')
  await sees(web1, 'web-2', 'online')

  await second.stop()
  const web2 = await upgraded(t, second)
  await Promise.all([sees(web1, 'web-2', 'online'), sees(web2, 'web-1', 'online')])
  for (const [at, peer] of [
    [web1, 'web-2'],
    [web2, 'web-1']
  ] as const) {
    assert.equal((await at.call('POST', `/api/cluster/peers/${peer}/rotate`)).status, 200)
    // Once the two have told each other their cards.
    await until(
      async () => (await at.call('GET', '/api/cluster/reachability')).body.rows[peer].answered,
      `${peer} telling what it sees`
    )
  }
  // A third one that this version has from the start joins the whole of it.
  const web3 = await startNode(t, { name: 'web-3' })
  assert.equal((await join(web1, web3, { introduce: true })).status, 200)
  await Promise.all([sees(web3, 'web-1', 'online')])
})

test('the version before does not start with a newer store, and changes no byte of it', async (t) => {
  const peer = await startNode(t, { name: 'web-2' })
  const node = await startNode(t, { name: 'web-1' })
  assert.equal((await join(peer, node)).status, 200)
  await node.stop()
  const store = path.join(node.folder, 'data', 'cluster.db')
  const old = await startReleased(t, { name: 'old' })
  await old.stop()
  // A release that changes nothing in the store is told apart by nobody.
  const same = storeVersion(old.folder) === SCHEMA_VERSION
  if (same) setStoreVersion(node.folder, SCHEMA_VERSION + 1)
  const sum = () => createHash('sha256').update(readFileSync(store)).digest('hex')
  const untouched = sum()
  const { code, said } = await failReleased(t, { name: 'web-1', folder: node.folder, port: portOf(node.url) })
  assert.equal(code, 78, said)
  assert.match(said, /was written by a newer flatrun-cluster .*install the newer version/)
  assert.equal(sum(), untouched)

  if (same) setStoreVersion(node.folder, SCHEMA_VERSION)
  const back = await upgraded(t, node)
  await Promise.all([sees(back, 'web-2', 'online'), sees(peer, 'web-1', 'online')])
})
