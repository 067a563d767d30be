import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeInvite } from '../../../src/security/invite-token.ts'
import { join, sees, startNode, until } from '../../daemon.ts'

test('one pasted token joins two servers, and each sees the other online', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })

  const reply = await join(a, b)

  assert.equal(reply.status, 200)
  assert.deepEqual(reply.body, { peer_name: 'node-a', peer_url: a.url, status: 'peered', transport: 'signed' })
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
})

test('a restart keeps the members, and they are online again', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await b.stop()

  const again = await startNode(t, {
    name: 'node-b',
    folder: b.folder,
    config: { 'api.port': Number(new URL(b.url).port) }
  })

  await Promise.all([sees(again, 'node-a', 'online'), sees(a, 'node-b', 'online')])
})

test('a removed peer is gone here, told so there, and its key is dead at once', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await sees(b, 'node-a', 'online')

  const removed = await a.call('DELETE', '/api/cluster/peers/node-b')

  assert.deepEqual(removed.body, { status: 'removed', peer: 'node-b' })
  assert.deepEqual((await a.call('GET', '/api/cluster/peers')).body, { peers: [] })
  await sees(b, 'node-a', 'removed')
  const { body } = await b.call('GET', '/api/cluster/peers')
  assert.match(body.peers[0].removed_by, /on node-a$/)
  assert.equal((await a.call('DELETE', '/api/cluster/peers/node-b')).status, 404)
})

test('64 accepts of one token make one peer', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  const c = await startNode(t, { name: 'node-c' })
  const { body } = await a.call('POST', '/api/cluster/invite')

  const replies = await Promise.all(
    Array.from({ length: 64 }, (_, at) =>
      (at % 2 ? b : c).call('POST', '/api/cluster/accept', { invite_token: body.invite_token })
    )
  )

  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  assert.equal((await a.call('GET', '/api/cluster/peers')).body.peers.length, 1)
  const joined = await Promise.all(
    [b, c].map(async (node) => (await node.call('GET', '/api/cluster/peers')).body.peers.length)
  )
  assert.deepEqual(joined.sort(), [0, 1])
})

test('two servers that accept each other at the same moment keep one pair of keys', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  for (let round = 0; round < 8; round++) {
    const [ofA, ofB] = await Promise.all([a, b].map((node) => node.call('POST', '/api/cluster/invite')))

    await Promise.all([
      a.call('POST', '/api/cluster/accept', { invite_token: ofB?.body.invite_token }),
      b.call('POST', '/api/cluster/accept', { invite_token: ofA?.body.invite_token })
    ])

    for (const [node, peer] of [
      [a, 'node-b'],
      [b, 'node-a']
    ] as const) {
      const { body } = await node.call('POST', `/api/cluster/peers/${peer}/check`)
      assert.deepEqual([body.state, body.error], ['online', undefined], `round ${round}`)
    }
    await a.call('DELETE', '/api/cluster/peers/node-b')
    await until(async () => {
      await b.call('DELETE', '/api/cluster/peers/node-a')
      return (await b.call('GET', '/api/cluster/peers')).body.peers.length === 0
    })
  }
})

test('an invite that somebody made up is told as such, and nothing is left of it', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const made = { urls: ['http://127.0.0.1:9'], name: 'node-b', exp: 4_000_000_000, key: 'A'.repeat(43) }
  for (const content of [made, { ...made, exp: 9e15 }, { ...made, exp: -1 }])
    for (const skip_checks of [true, false]) {
      const reply = await node.call('POST', '/api/cluster/accept', { invite_token: encodeInvite(content), skip_checks })
      assert.equal(reply.status, 400)
      assert.match(reply.body.error, /^invite_token: /)
    }
  assert.deepEqual((await node.call('GET', '/api/cluster/joins')).body.joins, [])
})

test('a server that removed another joins it again, whoever invites, with the rights of the new invite', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await b.call('PUT', '/api/cluster/peers/node-a/policy', { grants: [{ capability: 'routing.manage' }] })

  for (const [inviter, joiner] of [
    [b, a],
    [a, b]
  ] as const) {
    await a.call('DELETE', '/api/cluster/peers/node-b')
    await sees(b, 'node-a', 'removed')
    const reply = await join(inviter, joiner)
    assert.equal(reply.status, 200, reply.text)
    await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
  }
  const { grants } = (await b.call('GET', '/api/cluster/peers/node-a/policy')).body
  assert.ok(grants.every(({ capability }: { capability: string }) => capability !== 'routing.manage'))
})
