import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { startNode, type TestNode } from '../daemon.ts'

/** Another program that writes to the store: SQLite lets one do so at a time. */
function hold(t: TestContext, { folder }: TestNode) {
  const handle = new DatabaseSync(path.join(folder, 'data', 'cluster.db'))
  t.after(() => handle.close())
  handle.exec('BEGIN IMMEDIATE')
  return { letGo: () => handle.exec('ROLLBACK') }
}

const invitesOf = async (node: TestNode) => (await node.call('GET', '/api/cluster/invites')).body.invites

test('while another program holds the store, reads go on, and a write is made when it lets go', async (t) => {
  const node = await startNode(t)
  const other = hold(t, node)
  let answered = false
  const invite = node.call('POST', '/api/cluster/invite').finally(() => {
    answered = true
  })
  for (let round = 0; round < 10; round++) assert.equal((await node.call('GET', '/api/health')).status, 200)
  assert.deepEqual(await invitesOf(node), [])
  assert.equal(answered, false)
  other.letGo()
  assert.equal((await invite).status, 200)
  assert.equal((await invitesOf(node)).length, 1)
})

test('a write that cannot be made in time is 503 with Retry-After, and nothing has changed', async (t) => {
  const node = await startNode(t)
  const other = hold(t, node)
  const reply = await node.call('POST', '/api/cluster/invite')
  other.letGo()

  assert.equal(reply.status, 503, reply.text)
  assert.equal(reply.body.code, 'store_busy')
  assert.equal(reply.headers.get('retry-after'), '1')
  assert.deepEqual(await invitesOf(node), [])
  assert.equal((await node.call('POST', '/api/cluster/invite')).status, 200)
})

test('a stop ends while another program holds the store', async (t) => {
  const node = await startNode(t)
  await node.call('POST', '/api/cluster/invite')
  const other = hold(t, node)
  await node.stop()
  other.letGo()

  const again = await startNode(t, { folder: node.folder })
  assert.equal((await invitesOf(again)).length, 1)
})
