import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { SCHEMA_VERSION } from '../../src/store/migrations.ts'
import { join, OPERATOR_KEY, sees, startNode, temporaryFolder } from '../daemon.ts'
import { createAdmin } from './world.ts'

/** A machine whose installed service is a node of this test. */
async function machine(t: TestContext) {
  const root = temporaryFolder(t)
  const [folder, peer] = [path.join(root, 'home'), await startNode(t, { name: 'web-2' })]
  mkdirSync(folder)
  mkdirSync(path.join(root, 'etc/flatrun-cluster'), { recursive: true })
  const node = await startNode(t, { name: 'web-1', folder })
  const data = path.join(folder, 'data')
  const config = path.join(root, 'etc/flatrun-cluster/config.yml')
  writeFileSync(config, `data_path: ${data}\nauth: { api_keys: [${OPERATOR_KEY}] }\n`)
  await join(peer, node)
  await sees(node, 'web-2', 'online')
  return { root, node, peer, data, config, admin: createAdmin(t, root, { cwd: root }) }
}

test('an upgrade is looked at before: the config, the store, the backup and the peers', async (t) => {
  const { node, peer, config, data, root, admin } = await machine(t)
  const first = await admin('upgrade check')
  assert.equal(first.code, 0, first.out)
  assert.match(first.out, /^✓ config .*right for this version$/m)
  assert.match(first.out, /^! backup {2}none is known\n {2}→ flatrun-cluster backup --into/m)
  assert.match(first.out, /^✓ peers {2}1 peer online, with \d/m)
  assert.equal((await admin(`backup --into ${root}/var/backups/flatrun-cluster`)).code, 0)
  assert.match((await admin('upgrade check')).out, /^✓ backup {2}the newest is \S+ old$/m)
  const late = await admin('upgrade check', { now: () => Date.now() + 3 * 24 * 3_600_000 })
  assert.match(late.out, /^! backup {2}the newest is 3d/m)

  const left = await startNode(t, { name: 'web-3' })
  await join(left, node)
  await sees(left, 'web-1', 'online')
  await left.call('DELETE', '/api/cluster/peers/web-1')
  await sees(node, 'web-3', 'removed')
  assert.match((await admin('upgrade check')).out, /^✓ peers {2}1 peer online/m)

  await peer.stop()
  await sees(node, 'web-2', 'suspect')
  const waits = await admin('upgrade check --json')
  assert.equal(waits.code, 75, waits.out)
  const { ok, findings } = JSON.parse(waits.out)
  const peers = findings.find(({ name }: { name: string }) => name === 'peers')
  assert.deepEqual([ok, peers.verdict, peers.detail], [false, 'wait', 'web-2: not online'])

  await node.stop()
  const handle = new DatabaseSync(path.join(data, 'cluster.db'))
  handle.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  handle.close()
  const older = await admin('upgrade check')
  assert.equal(older.code, 78)
  assert.match(older.out, /^✗ store .*was written by a newer flatrun-cluster/m)
  assert.match(older.out, /^! peers {2}the agent of this machine does not answer$/m)

  writeFileSync(config, 'clusster: {}\n')
  const wrong = await admin('upgrade check')
  assert.equal(wrong.code, 78)
  assert.match(wrong.out, /^✗ config .*clusster: unknown key/m)
  await assert.rejects(admin('upgrade check etc/flatrun-cluster/config.yml'), /is no Debian package/)
})
