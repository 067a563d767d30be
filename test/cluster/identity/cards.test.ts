import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { createIdentityKey, fingerprintOf } from '../../../src/security/identity.ts'
import { join, sees, startNode, type TestNode, temporaryFolder, until } from '../../daemon.ts'
import { signedPost } from '../signed-post.ts'

const peerOf = async (node: TestNode, name: string) => (await node.call('GET', `/api/cluster/peers/${name}`)).body
const knowsIdentity = (node: TestNode, name: string) =>
  until(async () => (await peerOf(node, name)).fingerprint, `${node.name} knowing the identity of ${name}`)
const ownFingerprint = async (node: TestNode) => (await node.call('GET', '/api/cluster/status')).body.fingerprint

async function pair(t: TestContext) {
  const [a, b] = [
    await startNode(t, { name: 'a' }),
    await startNode(t, { name: 'b', config: { 'cluster.tags': ['eu'] } })
  ]
  await join(a, b)
  await sees(a, 'b', 'online')
  return { a, b }
}

test('two members know each other by what each shows of itself', async (t) => {
  const { a, b } = await pair(t)
  assert.equal(await knowsIdentity(a, 'b'), await ownFingerprint(b))
  assert.equal(await knowsIdentity(b, 'a'), await ownFingerprint(a))
  assert.deepEqual((await peerOf(a, 'b')).tags, ['eu'])
})

test('an identity outlives a restart, and lies sealed', async (t) => {
  const folder = temporaryFolder(t)
  const node = await startNode(t, { folder })
  const before = await ownFingerprint(node)
  await node.stop()
  const db = new DatabaseSync(path.join(folder, 'data', 'cluster.db'), { readOnly: true })
  const stored = String(db.prepare('SELECT value FROM meta').get()?.value)
  db.close()
  assert.match(stored, /"box":\{"publicKey":"[\w-]{43}","sealed":"v1:/)
  assert.equal(await ownFingerprint(await startNode(t, { folder })), before)
})

test('a card with another identity, another node id or one that is somebody else’s is refused and told', async (t) => {
  const { a, b } = await pair(t)
  await knowsIdentity(a, 'b')
  const { body: peer } = await a.call('GET', '/api/cluster/peers/b')
  const forge = await signedPost(t, { of: b, to: a })
  const own = forge.card
  const cases = [
    { ...own, identity: createIdentityKey().publicKey, seq: own.seq + 1 },
    { ...own, node_id: '66fad223-318f-4fde-9264-0f163e16742e', seq: own.seq + 1 }
  ]
  for (const card of cases) {
    const { status, body } = await forge.post('/api/cluster/card', card)
    assert.deepEqual([status, body.code], [409, 'identity_conflict'])
  }
  const events = a.daemon.events.since(0).filter(({ type }) => type === 'peer.identity')
  assert.equal(events.length, 2)
  assert.equal((await peerOf(a, 'b')).fingerprint, peer.fingerprint)
  assert.ok(events[0]?.reason?.includes(fingerprintOf(own.identity)))
})

test('an older card is answered, and does not count', async (t) => {
  const { a, b } = await pair(t)
  await knowsIdentity(a, 'b')
  const { card, post } = await signedPost(t, { of: b, to: a })
  assert.equal((await post('/api/cluster/card', { ...card, tags: ['old'], seq: card.seq - 1 })).status, 200)
  assert.deepEqual((await peerOf(a, 'b')).tags, ['eu'])
  assert.equal((await post('/api/cluster/card', { ...card, tags: ['new'], seq: card.seq + 1 })).status, 200)
  assert.deepEqual((await peerOf(a, 'b')).tags, ['new'])
})
