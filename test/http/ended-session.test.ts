import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, startNode, type TestNode } from '../daemon.ts'

const signedIn = async (node: TestNode) =>
  authorized((await node.call('POST', '/api/auth/login', { api_key: OPERATOR_KEY })).body.token)
const statusFor = async (node: TestNode, headers: Record<string, string>) =>
  (await node.call('GET', '/api/cluster/status', undefined, headers)).status

test('a session that was signed out of is good for nothing, also after a restart', async (t) => {
  const node = await startNode(t)
  const [session, other] = [await signedIn(node), await signedIn(node)]
  const stream = await fetch(`${node.url}/api/cluster/events`, { headers: session })
  assert.equal(stream.status, 200)
  assert.deepEqual((await node.call('DELETE', '/api/auth/session', undefined, session)).body, { status: 'ended' })
  const reader = stream.body?.getReader()
  await assert.rejects(async () => {
    while (!(await reader?.read())?.done);
  })
  assert.deepEqual([await statusFor(node, session), await statusFor(node, other)], [401, 200])
  await node.stop()
  const again = await startNode(t, { folder: node.folder })
  assert.deepEqual([await statusFor(again, session), await statusFor(again, other)], [401, 200])
})

test('a key cannot be signed out of', async (t) => {
  const node = await startNode(t)
  const { status, body } = await node.call('DELETE', '/api/auth/session', undefined, authorized(OPERATOR_KEY))
  assert.deepEqual([status, body.code], [403, 'permission_denied'])
  assert.equal(await statusFor(node, authorized(OPERATOR_KEY)), 200)
})
