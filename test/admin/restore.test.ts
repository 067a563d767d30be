import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { backup } from '../../src/admin/backup/backup.ts'
import { restore } from '../../src/admin/backup/restore.ts'
import { authorized, join, request, sees, startNode, type TestNode, temporaryFolder } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

const NOW = new Date('2026-11-23T08:00:00Z')
const dataOf = ({ folder }: TestNode) => path.join(folder, 'data')

/** Two joined nodes, and a backup of the first from that time. */
async function pair(t: TestContext) {
  const [ours, theirs] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'theirs' })]
  await join(ours, theirs)
  await Promise.all([sees(ours, 'theirs', 'online'), sees(theirs, 'ours', 'online')])
  const archive = path.join(temporaryFolder(t), 'ours.backup')
  backup(dataOf(ours), archive, NOW)
  /** The first node again, on the port that its peer knows. */
  const again = (folder = ours.folder) =>
    startNode(t, { name: 'ours', folder, config: { 'api.port': Number(new URL(ours.url).port) } })
  return { ours, theirs, archive, again }
}

test('a node whose disk was lost is back with its peers after a restore, without a new join', async (t) => {
  const { ours, theirs, archive, again } = await pair(t)
  await ours.stop()
  rmSync(dataOf(ours), { recursive: true })
  restore({ archive, folder: dataOf(ours), replace: false, now: NOW })
  const back = await again()
  await Promise.all([sees(back, 'theirs', 'online'), sees(theirs, 'ours', 'online')])
  const { body } = await back.call('GET', '/api/cluster/deployments')
  assert.equal(body.servers.theirs.online, true)
})

test('a restored node says so, in the log and as an event, and only once', async (t) => {
  const { ours, archive, again } = await pair(t)
  await ours.stop()
  restore({ archive, folder: dataOf(ours), replace: true, now: NOW })
  const types = async (node: TestNode) => {
    const events = node.daemon.events.since(0)
    return events.map(({ type }: { type: string }) => type).filter((type: string) => type === 'node.restored').length
  }
  const first = await again()
  assert.equal(await types(first), 1)
  await first.stop()
  assert.equal(await types(await again()), 1)
})

test('a peer that was removed after the backup stays locked out of the restored node', async (t) => {
  const { ours, theirs, archive, again } = await pair(t)
  assert.equal((await ours.call('DELETE', '/api/cluster/peers/theirs')).status, 200)
  await sees(theirs, 'ours', 'removed')
  await ours.stop()
  restore({ archive, folder: dataOf(ours), replace: true, now: NOW })
  const back = await again()
  // Its key is refused there; the other side keeps the entry until its operator dismisses it.
  await sees(back, 'theirs', 'rejected')
  const { body } = await theirs.call('GET', '/api/cluster/peers')
  assert.equal(body.peers[0].online, false)
})

test('the very key of a peer that was removed after the backup opens nothing on the restored node', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const plain = await startFakePeer({ name: 'plain', auth: 'keys' })
  t.after(() => plain.close())
  await plain.join(ours.url, (await ours.call('POST', '/api/cluster/invite')).body.invite_token)
  const archive = path.join(temporaryFolder(t), 'ours.backup')
  backup(dataOf(ours), archive, NOW)
  const knock = async (node: TestNode) => {
    const key = plain.peers.get('ours')?.key ?? ''
    return (await request(`${node.url}/api/cluster/status`, { headers: authorized(key) })).status
  }
  assert.equal(await knock(ours), 200)
  await ours.call('DELETE', '/api/cluster/peers/plain')
  await ours.stop()
  restore({ archive, folder: dataOf(ours), replace: true, now: NOW })
  const back = await startNode(t, { name: 'ours', folder: ours.folder })
  assert.equal((await back.call('GET', '/api/cluster/peers')).body.peers.length, 1)
  assert.equal(await knock(back), 401)
})

test('a peer that joined after the backup sees that its key is refused, and joins again', async (t) => {
  const { ours, archive, again } = await pair(t)
  const late = await startNode(t, { name: 'late' })
  await join(ours, late)
  await sees(late, 'ours', 'online')
  await ours.stop()
  restore({ archive, folder: dataOf(ours), replace: true, now: NOW })
  const back = await again()
  assert.equal((await back.call('GET', '/api/cluster/peers/late')).status, 404)
  await sees(late, 'ours', 'rejected')

  assert.equal((await late.call('DELETE', '/api/cluster/peers/ours')).status, 200)
  assert.equal((await join(back, late)).status, 200)
  await Promise.all([sees(late, 'ours', 'online'), sees(back, 'late', 'online')])
})

test('a peer whose key was changed after the backup gets new keys by an invite that replaces it', async (t) => {
  const { ours, theirs, archive, again } = await pair(t)
  await ours.stop()
  restore({ archive, folder: dataOf(ours), replace: true, now: NOW })
  const back = await again()
  assert.equal((await theirs.call('DELETE', '/api/cluster/peers/ours')).status, 200)
  const reply = await join(back, theirs, { replaces: 'theirs' })
  assert.equal(reply.status, 200, reply.text)
  await Promise.all([sees(back, 'theirs', 'online'), sees(theirs, 'ours', 'online')])
})

test('a store that was put back by hand under a running marker is noticed as well', async (t) => {
  const { ours, again } = await pair(t)
  await ours.stop()
  const kept = temporaryFolder(t)
  cpSync(dataOf(ours), kept, { recursive: true })
  await (await again()).stop()
  cpSync(path.join(kept, 'cluster.db'), path.join(dataOf(ours), 'cluster.db'))
  const back = await again()
  assert.ok(back.daemon.events.since(0).some(({ type }: { type: string }) => type === 'node.restored'))
})
