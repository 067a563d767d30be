import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerOf, startMesh } from './world.ts'

test('who sees whom: the cut link stands in the map of every server, and whoever is dead told nothing', async (t) => {
  const { nodes, cut, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'])
  const [a, b, c] = nodes
  assert.ok(a && b && c)
  cut(a, c)
  await passUntil(async () => (await peerOf(a, 'node-c')).state === 'offline', 'the outage')
  for (const node of [a, b]) {
    const { body } = await node.call('GET', '/api/cluster/reachability')
    // What node-c sees, node-a cannot ask.
    assert.deepEqual(body.asymmetric, node === b ? [['node-a', 'node-c']] : [])
    assert.deepEqual(body.islands, [['node-a', 'node-b', 'node-c']])
    assert.equal(body.rows['node-a'].sees['node-c'].scope, 'here_only')
    assert.equal(body.rows['node-b'].sees['node-c'].state, 'online')
    assert.ok(body.rows['node-b'].sees['node-a'].latency_ms > 0)
    assert.equal(body.rows['node-c'].answered, node === b)
  }
})
