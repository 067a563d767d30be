import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from '../../../src/cli/text/events.ts'
import type { PeerView } from '../../../src/schemas/peer.ts'
import { createClock } from '../../clock.ts'
import { join, sees, startNode, type TestNode, until } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'
import { named } from '../introductions/world.ts'
import { signedPost } from '../signed-post.ts'
import { peerOf, startMesh } from './world.ts'

async function outageOf(node: TestNode, peer: string) {
  const { text } = await node.call('GET', '/api/cluster/events?follow=false')
  return eventsOf(text).findLast(
    (event) => event.type === 'peer.state' && event.peer === peer && event.to === 'offline'
  )
}

const offline = (node: TestNode, name: string) => async () => {
  const peer = await peerOf(node, name)
  return peer.state === 'offline' && peer
}

const said = ({ witnesses = [] }: Pick<PeerView, 'witnesses'>) =>
  witnesses.map(({ name, says }) => `${name} ${says}`).toSorted()

test('a link that is cut one way: the peer page and the event say who reaches the peer and who does not', async (t) => {
  const { nodes, cut, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c', 'node-d'])
  const [a, b, c, d] = nodes
  assert.ok(a && b && c && d)
  cut(a, c)
  cut(d, c)
  const peer = await passUntil(offline(a, 'node-c'), 'the outage')
  assert.equal(peer.scope, 'here_only')
  assert.equal(peer.scope_reason, 'Unreachable from here only: node-b reaches it, node-d does not')
  assert.deepEqual(said(peer), ['node-b up', 'node-d down'])
  const event = await outageOf(a, 'node-c')
  assert.match(String(event?.reason), /; unreachable from here only: node-b reaches it, node-d does not$/)
  assert.deepEqual(event?.facts && Object(event.facts).scope, 'here_only')
  assert.equal((await peerOf(b, 'node-c')).state, 'online')
  assert.equal((await peerOf(c, 'node-a')).state, 'online')
})

test('of three servers one is killed: both others say that the other one does not reach it either', async (t) => {
  const { nodes, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'])
  const [a, b, c] = nodes
  assert.ok(a && b && c)
  await c.stop()
  for (const [node, other] of [
    [a, 'node-b'],
    [b, 'node-a']
  ] as const) {
    const { scope, scope_reason } = await passUntil(offline(node, 'node-c'), 'the outage')
    assert.equal(scope, 'confirmed')
    assert.equal(scope_reason, `${other} does not reach it either`)
    const proxied = await node.call('GET', '/api/cluster/peers/node-c/proxy/stats')
    assert.match(proxied.body.error, new RegExp(`${other} does not reach it either`))
  }
})

test('a server that is cut off from all says so of itself', async (t) => {
  const { nodes, cut, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c', 'node-d'])
  const [a, ...others] = nodes
  assert.ok(a)
  for (const other of others) {
    cut(a, other)
    cut(other, a)
  }
  const own: PeerView[] = []
  for (const { name } of others) own.push(await passUntil(offline(a, name), 'the outage'))
  for (const { scope, scope_reason } of own) {
    assert.equal(scope, 'cut_off', scope_reason)
    assert.match(scope_reason ?? '', /^This server seems to be cut off: /)
  }
  for (const other of others) assert.equal((await passUntil(offline(other, 'node-a'), 'the outage')).scope, 'confirmed')
})

test('an opinion is only about members, only for members, and thirty in a minute', async (t) => {
  const [a, b, c] = [await named(t, 'node-a'), await named(t, 'node-b'), await named(t, 'node-c')]
  await join(a, b)
  await join(a, c)
  const { card: ofC } = await signedPost(t, { of: c, to: a })
  const { card: ofB, post } = await signedPost(t, { of: b, to: a })
  const ask = async (about: string) => {
    const { status, body } = await post('/api/cluster/opinion', { about })
    return status === 200 ? body.opinion : body.code
  }
  assert.equal(await ask(ofC.node_id), 'up')
  assert.equal(await ask('a stranger'), 'unknown')
  // Nobody hears of itself from others: that would tell who knows it.
  assert.equal(await ask(ofB.node_id), 'unknown')
  await c.stop()
  assert.equal(await ask(ofC.node_id), 'down')
  await sees(a, 'node-c', 'suspect')
  for (let asked = 4; asked < 30; asked++) assert.equal(await ask('a stranger'), 'unknown')
  assert.equal(await ask('a stranger'), 'too_many_questions')
})

test('a plain FlatRun agent is asked nothing about others', async (t) => {
  const node = await startNode(t, { name: 'node-a', clock: createClock() })
  const fakes = [await startFakePeer({ name: 'plain-1' }), await startFakePeer({ name: 'plain-2' })]
  for (const fake of fakes) {
    t.after(() => fake.close())
    await fake.join(node.url, (await node.call('POST', '/api/cluster/invite')).body.invite_token)
    await sees(node, fake.name, 'online')
  }
  fakes[1]?.on('*', (request) => void request.socket.destroy())
  await node.call('POST', '/api/cluster/peers/plain-2/check')
  await until(async () => (await peerOf(node, 'plain-2')).state === 'suspect', 'the suspicion')
  const asked = fakes[0]?.requests.map(({ url }) => url) ?? []
  assert.ok(asked.length > 0)
  assert.deepEqual([...new Set(asked)].toSorted(), ['/api/cluster/status', '/api/health'])
})
