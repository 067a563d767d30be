import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, until } from '../daemon.ts'
import { startReleased } from './released.ts'

test('what the version before does not know is said of it in a sentence, and it stays a peer', async (t) => {
  const [here, other] = [await startNode(t, { name: 'new-1' }), await startNode(t, { name: 'new-2' })]
  const old = await startReleased(t, { name: 'old' })
  for (const [inviter, joiner] of [
    [here, old],
    [old, other],
    [here, other]
  ] as const)
    assert.equal((await join(inviter, joiner)).status, 200)
  for (const name of ['old', 'new-2']) await sees(here, name, 'online')
  await sees(other, 'old', 'online')

  const { rows, islands } = (await here.call('GET', '/api/cluster/reachability')).body
  assert.deepEqual([rows.old.answered, rows.old.error], [false, 'its agent does not tell what it sees'])
  assert.equal(islands.length, 1, 'who tells nothing is cut off from nobody')

  const introduced = (await here.call('POST', '/api/cluster/introduce', {})).body
  assert.deepEqual(introduced.not_introduced, [{ name: 'old', reason: 'its version cannot be introduced; upgrade it' }])

  const silence = { server: 'new-1', for: '1h', everywhere: true }
  assert.equal((await here.call('POST', '/api/alerts/silences', silence)).status, 200)

  const begun = (await here.call('POST', '/api/cluster/rollouts', { deployment: 'shop', servers: ['old'] })).body
  const ended = await until(async () => {
    const { body } = await here.call('GET', `/api/cluster/rollouts/${begun.id}`)
    return body.status !== 'running' && body
  }, 'the end of the rolling restart')
  assert.match(JSON.stringify(ended.servers), /deployment \\"shop\\" not found/)

  const removed = (await here.call('DELETE', '/api/cluster/peers/new-2?everywhere=true')).body
  assert.deepEqual(removed.told, [])
  // An invite for a whole cluster joins it with the inviter alone.
  const late = await startReleased(t, { name: 'late' })
  assert.equal((await join(here, late, { introduce: true })).status, 200)
  for (const name of ['old', 'late']) await sees(here, name, 'online')
  const listed = (await old.call('GET', '/api/cluster/peers')).body.peers
  assert.deepEqual(
    listed.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`),
    ['new-1 online', 'new-2 online']
  )
})
