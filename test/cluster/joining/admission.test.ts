import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request, startNode } from '../../daemon.ts'

const PLAIN = { url: 'http://127.0.0.1:9', api_key: 'k'.repeat(44), name: 'plain' }

test('a plain exchange gives four facts: whatever else it says is not kept, and does not choose the key', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const { body: invite } = await node.call('POST', '/api/cluster/invite')

  const { status, body } = await request(`${node.url}/api/cluster/exchange`, {
    method: 'POST',
    body: {
      ...{ ...PLAIN, invite_token: invite.invite_token },
      ...{ issuedKey: 'chosen', node_id: 123, features: 'rotate', pins: ['x'], exchange_id: 'x', sealed: true }
    }
  })

  assert.equal(status, 200)
  assert.match(body.api_key, /^[\w-]{43}=$/)
  const [peer] = (await node.call('GET', '/api/cluster/peers')).body.peers
  assert.deepEqual([peer.features, peer.transport], [[], 'insecure'])
  await node.stop()
  const again = await startNode(t, { name: 'node-a', folder: node.folder })
  assert.equal((await again.call('GET', '/api/cluster/peers')).body.peers.length, 1)
})
