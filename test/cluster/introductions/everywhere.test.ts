import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request, until } from '../../daemon.ts'
import { signedPost } from '../signed-post.ts'
import { introductionsOf, joinAll, mesh, named, peersOf } from './world.ts'

test('a server that is removed everywhere is suspended at the others, and can be restored there', async (t) => {
  const [door, b, c] = [await named(t, 'door'), await named(t, 'b'), await named(t, 'c')]
  for (const one of [b, c]) await joinAll(door, one)
  await mesh([door, b, c])
  const asC = await signedPost(t, { of: c, to: b })

  const { body } = await door.call('DELETE', '/api/cluster/peers/c?everywhere=true')
  assert.deepEqual(body, { status: 'removed', peer: 'c', told: ['b'] })
  const suspended = (await b.call('GET', '/api/cluster/peers/c')).body
  assert.deepEqual(
    [suspended.state, suspended.online, suspended.status, suspended.suspended_by],
    ['suspended', false, 'unreachable', 'door']
  )
  assert.equal((await asC.post('/api/cluster/confirm', {})).status, 401, 'its keys open nothing')
  assert.equal((await b.call('GET', '/api/cluster/peers/c/proxy/health')).status, 503)
  await door.call('POST', '/api/cluster/introduce')
  assert.equal(
    (await b.call('GET', '/api/cluster/peers/c')).body.state,
    'suspended',
    'nobody’s word but an operator’s lifts it'
  )

  assert.equal((await b.call('POST', '/api/cluster/peers/c/restore')).status, 200)
  await until(async () => (await peersOf(b)).find(({ name }) => name === 'c')?.state === 'online', 'c being back')
  assert.equal((await b.call('POST', '/api/cluster/peers/c/restore')).body.code, 'nothing_to_restore')

  const asDoor = await signedPost(t, { of: door, to: b })
  const again = { node_ids: [asC.card.node_id], reason: 'once more' }
  assert.equal((await asDoor.post('/api/cluster/withdraw', again)).body.results[0].state, 'asked')
  assert.equal((await b.call('GET', '/api/cluster/peers/c')).body.state, 'online', 'the operator’s word is the last')
})

test('only who introduced a server takes it back, three in an hour, and never who asks or is asked', async (t) => {
  const door = await named(t, 'door')
  const others = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((name) => named(t, name)))
  for (const one of others) await joinAll(door, one)
  await mesh([door, ...others])
  const [b, c] = others
  assert.ok(b && c)
  const idOf = async (node: typeof b) => (await node.call('GET', '/api/cluster/status')).body.node_id
  const ids = await Promise.all(others.map(idOf))
  const withdraw = async (of: typeof b, nodeIds: string[]) => {
    const { post } = await signedPost(t, { of, to: b })
    const { body } = await post('/api/cluster/withdraw', { node_ids: nodeIds, reason: 'a test' })
    return body.results.map(({ state }: { state: string }) => state)
  }
  assert.deepEqual(await withdraw(c, [...ids.slice(1), await idOf(door)]), [
    'unknown',
    'unknown',
    'unknown',
    'unknown',
    'unknown'
  ])
  assert.deepEqual(await withdraw(door, [...ids, await idOf(door)]), [
    'unknown',
    'suspended',
    'suspended',
    'suspended',
    'asked',
    'unknown'
  ])
  const states = Object.fromEntries((await peersOf(b)).map(({ name, state }) => [name, state]))
  assert.deepEqual(
    [states.door, states.c, states.d, states.e, states.f],
    ['online', 'suspended', 'suspended', 'suspended', 'online']
  )
  assert.equal((await b.call('GET', '/api/cluster/peers/f')).body.suspended_by, 'door', 'it waits for an operator')
  assert.deepEqual(await introductionsOf(b), [])
  assert.equal(
    (await request(`${b.url}/api/cluster/withdraw`, { method: 'POST', body: { node_ids: ids } })).status,
    401
  )
})
