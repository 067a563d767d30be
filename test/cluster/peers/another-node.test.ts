import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode } from '../../daemon.ts'
import { answers, startFakePeer } from '../../fake-peer.ts'

test('another server at a peer’s address is not shown as that peer, whatever it says of itself', async (t) => {
  const [ours, peer] = [await startNode(t, { name: 'ours' }), await startNode(t, { name: 'peer' })]
  await join(peer, ours)
  await sees(ours, 'peer', 'online')
  const said = (await peer.call('GET', '/api/health')).body
  await peer.stop()
  const impostor = await startFakePeer({ name: 'peer', port: Number(new URL(peer.url).port) })
  t.after(impostor.close)
  impostor.on('/api/health', answers(200, said))

  const { body } = await ours.call('POST', '/api/cluster/peers/peer/check')

  const last = body.evidence.at(-1)
  assert.deepEqual([last.ok, last.class], [false, 'not_agent'])
  assert.match(last.detail, /another server answers at its address/)
  const { servers } = (await ours.call('GET', '/api/cluster/deployments')).body
  assert.deepEqual([servers.peer.online, servers.peer.data], [false, undefined])
})

test('a node that tells another id than it joined with is another node', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const plain = await startFakePeer({ name: 'plain' })
  t.after(plain.close)
  const accept = { invite_token: plain.invite(), peer_url: plain.url }
  assert.equal((await ours.call('POST', '/api/cluster/accept', accept)).status, 200)
  // Plain FlatRun told none when it joined, so there is nothing to compare.
  plain.on('/api/health', answers(200, { status: 'healthy', agent: 'flatrun', node_id: 'x', features: [] }))
  const { body } = await ours.call('POST', '/api/cluster/peers/plain/check')
  assert.equal(body.evidence.at(-1).ok, true)
})
