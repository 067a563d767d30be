import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, startNode, type TestNode } from '../../daemon.ts'

async function invited(inviter: TestNode, invite: Record<string, unknown> = {}): Promise<string> {
  return (await inviter.call('POST', '/api/cluster/invite', invite)).body.invite_token
}

const openInvites = async (node: TestNode) => (await node.call('GET', '/api/cluster/invites')).body.invites.length

test('a pre-flight tells that all is well, and spends nothing', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const invite_token = await invited(a)

  const { body } = await b.call('POST', '/api/cluster/preflight', { invite_token })

  assert.equal(body.ok, true)
  assert.deepEqual(
    body.checks.map(({ name }: { name: string }) => name),
    ['reach', 'name', 'reach_back', 'version', 'clock']
  )
  assert.equal(await openInvites(a), 1)
  assert.equal((await b.call('POST', '/api/cluster/accept', { invite_token })).status, 200)
})

test('a joiner that the inviter is to dial and cannot is told where it looked, and the invite stays good', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b', config: { 'cluster.reach': 'direct' } })
  const invite_token = await invited(a)
  const unreachable = { invite_token, callback_url: 'http://127.0.0.1:9' }

  const refused = await b.call('POST', '/api/cluster/accept', unreachable)
  assert.equal(refused.status, 409)
  assert.match(refused.body.error, /node-a cannot reach this server at http:\/\/127\.0\.0\.1:9.*advertise_url/)
  assert.equal(await openInvites(a), 1)
  assert.deepEqual((await a.call('GET', '/api/cluster/peers')).body.peers, [])

  assert.equal((await b.call('POST', '/api/cluster/accept', { ...unreachable, skip_checks: true })).status, 200)
})

test('each thing that is wrong with a join has its own words, and leaves the invite as it was', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  const twin = await startNode(t, { name: 'NODE-B' })
  const sameName = await startNode(t, { name: 'node-a' })
  await join(a, b)
  const token = await invited(a)
  const accept = (node: TestNode, body: Record<string, unknown>) => node.call('POST', '/api/cluster/accept', body)

  for (const [node, body, status, code, words] of [
    [twin, { invite_token: token }, 502, 'exchange_rejected', /"NODE-B" exists already/],
    [sameName, { invite_token: token }, 409, 'name_conflict', /"node-a" exists already/],
    [a, { invite_token: token }, 400, 'self_join', /made by this very server/],
    [twin, { invite_token: token.slice(0, -3) }, 400, 'bad_request', /^invite_token: was cut or changed/],
    [twin, { invite_token: 'a-plain-token-of-flatrun' }, 400, 'bad_request', /^peer_url: is required/],
    [twin, { invite_token: token, peer_url: 'ftp://x' }, 400, 'bad_request', /^peer_url: must begin with http/],
    [twin, { invite_token: token, peer_url: 'http://127.0.0.1:9' }, 502, 'peer_unreachable', /connection was refused/],
    [
      twin,
      { invite_token: token, callback_url: 'http://169.254.169.254' },
      400,
      'bad_request',
      /^callback_url: must not be/
    ],
    [twin, {}, 400, 'invalid_input', /^invite_token: is required/],
    [twin, { invite_token: 7 }, 400, 'invalid_input', /^invite_token: must be string/],
    [twin, { invite_token: 'x'.repeat(9_000) }, 400, 'invalid_input', /^invite_token: must not have more than 8192/]
  ] as const) {
    const reply = await accept(node, body)
    assert.deepEqual([reply.status, reply.body.code], [status, code], reply.text)
    assert.match(reply.body.error, words)
  }
  assert.equal(await openInvites(a), 1)
  assert.equal((await a.call('GET', '/api/cluster/peers')).body.peers.length, 1)
})

test('an invite for a name is for that name, one that replaces re-keys that peer, and a revoked one is nothing', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  const accept = (node: TestNode, invite_token: string) => node.call('POST', '/api/cluster/accept', { invite_token })

  const other = await accept(b, await invited(a, { expected_name: 'node-c' }))
  assert.match(other.body.error, /for a server named "node-c"/)
  assert.equal((await a.call('POST', '/api/cluster/invite', { replaces: 'node-b' })).status, 404)

  await join(a, b)
  const reinstalled = await startNode(t, { name: 'node-b' })
  assert.equal((await accept(reinstalled, await invited(a))).status, 502)
  assert.equal((await accept(reinstalled, await invited(a, { replaces: 'node-b' }))).status, 200)
  const { body } = await a.call('GET', '/api/cluster/peers')
  assert.deepEqual(
    body.peers.map(({ name, url }: { name: string; url: string }) => [name, url]),
    [['node-b', reinstalled.url]]
  )
  assert.equal((await b.call('POST', '/api/cluster/peers/node-a/check')).body.evidence.at(-1).class, 'key_refused')

  const { body: invite } = await a.call('POST', '/api/cluster/invite', { note: 'for later', expires_in: '5m' })
  assert.equal((await a.call('DELETE', `/api/cluster/invites/${invite.id}`)).status, 200)
  assert.equal((await a.call('DELETE', `/api/cluster/invites/${invite.id}`)).status, 404)
  const third = await startNode(t, { name: 'node-c' })
  assert.match((await accept(third, invite.invite_token)).body.error, /Invalid or expired invite token/)
})

test('a peer that needs approval may do nothing until an operator lets it in', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  await join(a, b, { require_approval: true })

  const waiting = (await a.call('GET', '/api/cluster/peers')).body.peers[0]
  assert.deepEqual([waiting.status, waiting.awaits_approval], ['pending', true])
  const asks = async () => (await b.call('GET', '/api/cluster/deployments')).body.servers['node-a']
  assert.equal((await asks()).online, false)

  assert.equal((await a.call('POST', '/api/cluster/peers/node-b/approve')).body.status !== 'pending', true)
  await b.call('POST', '/api/cluster/peers/node-a/check')
  assert.equal((await asks()).online, true)
  assert.equal((await a.call('POST', '/api/cluster/peers/node-b/approve')).status, 409)
})

test('a pre-flight is no scanner of ports: after ten looks in a minute an invite looks no more', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const invite_token = await invited(a)
  const look = async (port: number) => {
    const callback_url = `http://127.0.0.1:${port}`
    return (await b.call('POST', '/api/cluster/preflight', { invite_token, callback_url })).body.checks
  }

  for (let port = 1; port <= 10; port++) assert.equal((await look(port)).at(0).ok, true)
  const [reach, ...rest] = await look(11)
  assert.deepEqual([reach.ok, rest], [false, []])
  assert.match(reach.detail, /more than ten times/)
  const another = { invite_token: await invited(a) }
  assert.equal((await b.call('POST', '/api/cluster/preflight', another)).body.ok, true)
})
