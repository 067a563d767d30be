import assert from 'node:assert/strict'
import { test } from 'node:test'
import { READER_KEY, startNode, until } from '../daemon.ts'

test('a rolling restart is a job of the node: begun, looked up, stopped, and told when it is over', async (t) => {
  const node = await startNode(t, { name: 'web-1' })
  const begun = await node.call('POST', '/api/cluster/rollouts', { deployment: 'shop', servers: ['web-1'] })
  assert.equal(begun.status, 202)
  assert.deepEqual([begun.body.deployment, begun.body.by], ['shop', 'operator key-1'])
  // There is no such deployment, so it fails there, and says so.
  const ended = await until(async () => {
    const { body } = await node.call('GET', `/api/cluster/rollouts/${begun.body.id}`)
    return body.finished_at === undefined ? undefined : body
  })
  assert.equal(ended.status, 'failed')
  assert.match(ended.servers[0].detail, /shop/)
  const { body } = await node.call('GET', '/api/cluster/rollouts')
  assert.deepEqual(
    body.rollouts.map(({ id }: { id: string }) => id),
    [begun.body.id]
  )
  const stopped = await node.call('POST', `/api/cluster/rollouts/${begun.body.id}/stop`)
  assert.deepEqual([stopped.status, stopped.body.status], [200, 'failed'])
})

test('a rollout that names no member, or is none, changes nothing', async (t) => {
  const node = await startNode(t, { name: 'web-1' })
  const ask = (servers: string[]) => node.call('POST', '/api/cluster/rollouts', { deployment: 'shop', servers })
  assert.deepEqual([(await ask(['web-1', 'web-9'])).status, (await ask([])).status], [404, 400])
  assert.deepEqual((await node.call('GET', '/api/cluster/rollouts')).body, { rollouts: [] })
  assert.equal((await node.call('POST', '/api/cluster/rollouts/nothing/stop')).body.code, 'rollout_unknown')
  const read = { authorization: `Bearer ${READER_KEY}` }
  const refused = await node.call('POST', '/api/cluster/rollouts', { deployment: 'shop', servers: ['web-1'] }, read)
  assert.equal(refused.status, 403)
})
