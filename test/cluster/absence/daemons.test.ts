import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startNode, type TestNode, until } from '../../daemon.ts'
import { startReceiver } from '../handover/receiver.ts'
import { peerOf, startMesh } from '../opinions/world.ts'
import { signedPost } from '../signed-post.ts'

const MINUTE = 60_000

const silencesOf = async (node: TestNode) => (await node.call('GET', '/api/alerts')).body.silences

test('a server that is stopped says so: no message within the grace, one after it', async (t) => {
  const { messages, config } = await startReceiver(t)
  const { nodes, pass, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'], {
    config: { ...config, 'alerts.grace': '90s' }
  })
  const [a, b, c] = nodes
  assert.ok(a && b && c)
  await c.stop()
  for (const node of [a, b]) {
    const [silence] = await until(async () => {
      const silences = await silencesOf(node)
      return silences.length > 0 && silences
    }, 'the word of node-c')
    assert.deepEqual(
      [silence.server, silence.origin, silence.by, silence.reason],
      ['node-c', 'peer', 'node-c', 'its agent was stopped']
    )
  }
  await passUntil(async () => (await peerOf(a, 'node-c')).state === 'offline', 'the outage')
  await pass(40_000)
  assert.equal(messages.length, 0)
  await passUntil(() => messages.length > 0, 'the message')
  await pass(MINUTE)
  assert.deepEqual(
    messages.map(({ title }) => title.replace(/node-[ab]$/, 'x')),
    ['node-c is down, says x']
  )
})

test('maintenance that a server announces is heard by its peers, by one that was away too, and ends with a word', async (t) => {
  const { nodes, clock, pass, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'])
  const [a, b, c] = nodes
  assert.ok(a && b && c)
  await b.stop()
  await passUntil(async () => (await peerOf(a, 'node-b')).state === 'offline', 'the outage of node-b')
  const wrong = await a.call('POST', '/api/alerts/silences', { server: 'node-c', for: '2h', everywhere: true })
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'bad_request'])
  assert.match(wrong.body.error, /only of the server that is asked/)
  const said = { server: 'node-a', for: '2h', reason: 'new memory', everywhere: true }
  const { body: own } = await a.call('POST', '/api/alerts/silences', said)
  assert.equal(own.everywhere, true)
  const heard = async (node: TestNode) => (await silencesOf(node)).find(({ by }: { by: string }) => by === 'node-a')
  const atC = await passUntil(() => heard(c), 'the word at node-c')
  assert.deepEqual([atC.server, atC.origin, atC.reason], ['node-a', 'peer', 'new memory'])

  const again = await startNode(t, {
    name: 'node-b',
    folder: b.folder,
    clock,
    config: { 'api.port': Number(new URL(b.url).port) }
  })
  await pass(MINUTE)
  const atB = await passUntil(() => heard(again), 'the word at node-b')
  assert.ok(Math.abs(Date.parse(atB.until) - Date.parse(own.until)) < 5_000)

  await a.call('DELETE', `/api/alerts/silences/${own.id}`)
  for (const node of [again, c]) await passUntil(async () => (await heard(node)) === undefined, 'the end')
})

test('of absence only members speak, for at most a week, and thirty times a minute', async (t) => {
  const { nodes } = await startMesh(t, ['node-a', 'node-b'])
  const [a, b] = nodes
  assert.ok(a && b)
  const { post } = await signedPost(t, { of: b, to: a })
  const say = (body: object) => post('/api/cluster/absence', body)
  assert.equal((await say({ why: 'maintenance', for_s: 8 * 86_400 })).status, 400)
  assert.equal((await say({ why: 'holidays' })).status, 400)
  for (let times = 0; times < 30; times++)
    assert.equal((await say({ why: 'maintenance', for_s: times % 2 })).status, 200)
  assert.deepEqual((await say({ why: 'stop' })).body.code, 'too_many_questions')
  const stranger = await a.call('POST', '/api/cluster/absence', { why: 'stop' })
  assert.equal(stranger.status, 403)
})
