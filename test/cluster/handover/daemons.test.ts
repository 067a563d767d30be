import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertMessage } from '../../../src/schemas/alerts/alert.ts'
import { peerOf, startMesh } from '../opinions/world.ts'
import { signedPost } from '../signed-post.ts'
import { startReceiver } from './receiver.ts'

const MINUTE = 60_000

const types = (messages: readonly AlertMessage[]) =>
  messages.map(({ type, problems: [problem] }) => `${type} ${problem?.server}`)

test('of four servers that tell the same people one is killed: one message, and one when it is back', async (t) => {
  const { messages, config } = await startReceiver(t)
  const { nodes, cut, mend, pass, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c', 'node-d'], { config })
  const [dead, ...others] = nodes
  assert.ok(dead)
  for (const other of others) {
    cut(dead, other)
    cut(other, dead)
  }
  await passUntil(() => messages.some(({ server }) => server !== 'node-a'), 'the message')
  await pass(MINUTE)
  const told = messages.filter(({ server }) => server !== 'node-a')
  assert.deepEqual(types(told), ['incident.opened node-a'])

  for (const other of others) {
    mend(dead, other)
    mend(other, dead)
  }
  await passUntil(() => messages.some(({ type }) => type === 'incident.closed'), 'the end')
  await pass(MINUTE)
  assert.deepEqual(types(messages.filter(({ server }) => server !== 'node-a')), [
    'incident.opened node-a',
    'incident.closed node-a'
  ])
})

test('a link that is cut one way wakes nobody', async (t) => {
  const { messages, config } = await startReceiver(t)
  const { nodes, cut, pass, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'], { config })
  const [a, , c] = nodes
  assert.ok(a && c)
  cut(a, c)
  await passUntil(async () => (await peerOf(a, 'node-c')).state === 'offline', 'the outage')
  assert.equal((await peerOf(a, 'node-c')).scope, 'here_only')
  await pass(2 * MINUTE)
  assert.deepEqual(types(messages), [])
})

test('a peer hears whether a target is shared by a digest alone, and only of members', async (t) => {
  const { config } = await startReceiver(t)
  const { nodes } = await startMesh(t, ['node-a', 'node-b'], { config })
  const [a, b] = nodes
  assert.ok(a && b)
  const { post } = await signedPost(t, { of: b, to: a })
  const guess = 'A'.repeat(43)
  const { status, body } = await post('/api/cluster/told', { target: guess, incident: guess })
  assert.deepEqual([status, body], [200, { shares: false }])
  assert.equal((await post('/api/cluster/told', { target: 'https://hooks.test' })).status, 400)
})
