import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, type TestNode } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'
import { startHostileInviter } from './hostile-inviter.ts'

const accept = (node: TestNode, invite_token: string, more: Record<string, unknown> = {}) =>
  node.call('POST', '/api/cluster/accept', { invite_token, ...more })

async function peer(node: TestNode, name: string) {
  const { body } = await node.call('GET', `/api/cluster/peers/${name}`)
  const { grants } = (await node.call('GET', `/api/cluster/peers/${name}/policy`)).body
  return { name: body.name, url: body.url, state: body.state, peer_id: body.peer_id, features: body.features, grants }
}

test('an inviter that answers with the name and the id of an active peer gets neither its place nor its rights', async (t) => {
  const [ours, good] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'good-peer' })]
  await join(good, ours)
  await sees(ours, 'good-peer', 'online')
  await ours.call('PUT', '/api/cluster/peers/good-peer/policy', { grants: [{ capability: 'fleet.read' }] })
  const before = await peer(ours, 'good-peer')
  const goodId = (await good.call('GET', '/api/health')).body.node_id
  assert.equal(typeof goodId, 'string')
  const thief = await startHostileInviter(t)

  for (const [token, reply, status] of [
    [thief.invite('harmless', { name: 'good-peer', node_id: goodId }), 'the name and the id', 502],
    [thief.invite('harmless', { name: 'GOOD-PEER', node_id: goodId }), 'the name in capitals', 502],
    [thief.invite('harmless', { name: 'good-peer' }), 'the name alone', 502],
    [thief.invite('good-peer', { node_id: goodId }), 'a token that says the name', 409],
    [thief.invite('harmless', { name: 'ours' }), 'our own name', 502],
    [thief.invite('ours'), 'a token with our own name', 409],
    [thief.invite('harmless', { name: '../../users/1' }), 'what is no name', 502]
  ] as const) {
    for (const skip_checks of [false, true]) {
      const answer = await accept(ours, token, { skip_checks })
      assert.equal(answer.status, status, `${reply}: ${answer.text}`)
    }
  }
  assert.deepEqual(await peer(ours, 'good-peer'), before)
  const { body } = await ours.call('GET', '/api/cluster/peers')
  assert.equal(body.peers.length, 1)
  assert.deepEqual((await ours.call('GET', '/api/cluster/joins')).body.joins, [])
  for (const key of thief.keys) {
    const { status } = await ours.call('GET', '/api/cluster/status', undefined, { authorization: `Bearer ${key}` })
    assert.equal(status, 401)
  }
  await sees(ours, 'good-peer', 'online')
})

test('an inviter that says it is the server of another peer is listed beside it, and operators are told', async (t) => {
  const [ours, good] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'good-peer' })]
  await join(good, ours)
  const goodId = (await good.call('GET', '/api/health')).body.node_id
  const before = await peer(ours, 'good-peer')
  const thief = await startHostileInviter(t)

  assert.equal((await accept(ours, thief.invite('harmless', { node_id: goodId }))).status, 200)

  assert.equal((await peer(ours, 'good-peer')).url, before.url)
  assert.equal((await peer(ours, 'harmless')).url, thief.url)
  assert.ok(ours.daemon.events.since(0).some(({ type, peer }) => type === 'peer.copied' && peer === 'harmless'))
})

test('an inviter that holds its answer until a peer of that name has joined gets nothing of it', async (t) => {
  const [ours, good] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'good-peer' })]
  const thief = await startHostileInviter(t)
  let before: unknown
  thief.holdNext(async () => {
    assert.equal((await join(good, ours)).status, 200)
    await sees(ours, 'good-peer', 'online')
    before = await peer(ours, 'good-peer')
  })

  const answer = await accept(ours, thief.invite('good-peer'), { skip_checks: true })

  assert.deepEqual([answer.status, thief.exchanges()], [409, 1], answer.text)
  assert.notEqual(before, undefined)
  assert.deepEqual(await peer(ours, 'good-peer'), before)
  const { status } = await ours.call('GET', '/api/cluster/status', undefined, {
    authorization: `Bearer ${thief.keys[0]}`
  })
  assert.equal(status, 401)
})

test('a plain FlatRun inviter that answers with a peer’s name changes nothing of that peer', async (t) => {
  const [ours, good] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'good-peer' })]
  await join(good, ours)
  await sees(ours, 'good-peer', 'online')
  const before = await peer(ours, 'good-peer')
  for (const [name, status] of [
    ['Good-Peer', 409],
    ['OURS', 409],
    ['__proto__', 502],
    ['', 502]
  ] as const) {
    const plain = await startFakePeer({ name })
    t.after(plain.close)
    const answer = await accept(ours, plain.invite(), { peer_url: plain.url })
    assert.equal(answer.status, status, answer.text)
  }
  assert.deepEqual(await peer(ours, 'good-peer'), before)
})
