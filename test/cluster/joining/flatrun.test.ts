import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sees, startNode } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'

test('a plain FlatRun agent joins us with our invite, and both call each other with the keys they got', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)
  const { body: invite } = await ours.call('POST', '/api/cluster/invite')

  const exchange = await flatrun.join(ours.url, invite.invite_token)

  assert.equal(exchange.status, 200)
  await sees(ours, 'flatrun', 'online')
  const { body } = await ours.call('GET', '/api/cluster/peers')
  assert.equal(body.peers[0].transport, 'insecure')
  assert.equal(body.peers[0].status, 'active')
  assert.equal((await flatrun.call('ours', '/api/deployments')).status, 200)
  assert.equal((await flatrun.call('ours', '/api/cluster/invite', { method: 'POST' })).status, 403)
  assert.deepEqual(await (await flatrun.join(ours.url, invite.invite_token)).status, 409)
})

test('we join a plain FlatRun agent with its token and its address', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)

  const reply = await ours.call('POST', '/api/cluster/accept', {
    invite_token: flatrun.invite(),
    peer_url: `${flatrun.url}/`
  })

  assert.deepEqual(reply.body, { peer_name: 'flatrun', peer_url: flatrun.url, status: 'peered', transport: 'insecure' })
  await sees(ours, 'flatrun', 'online')
  assert.equal((await flatrun.call('ours', '/api/stats')).status, 200)
  const exchange = flatrun.requests.find(({ url }) => url === '/api/cluster/exchange')
  assert.deepEqual(Object.keys(JSON.parse(exchange?.body ?? '{}')).sort(), ['api_key', 'invite_token', 'name', 'url'])
})

test('a removed FlatRun agent is dead on its next request', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)
  await ours.call('POST', '/api/cluster/accept', { invite_token: flatrun.invite(), peer_url: flatrun.url })
  assert.equal((await flatrun.call('ours', '/api/deployments')).status, 200)

  await ours.call('DELETE', '/api/cluster/peers/flatrun')

  assert.equal((await flatrun.call('ours', '/api/deployments')).status, 401)
})

test('a token of FlatRun is used once: what went wrong there is told, and nothing stays behind', async (t) => {
  const ours = await startNode(t, { name: 'ours' })
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)
  const accept = (invite_token: string) =>
    ours.call('POST', '/api/cluster/accept', { invite_token, peer_url: flatrun.url })

  const unknown = await accept('x'.repeat(44))
  assert.equal(unknown.status, 502)
  assert.match(unknown.body.error, /^Peer rejected exchange: /)

  for (const [status, text, expected] of [
    [200, '{"api_key":"k"}', /^Failed to parse peer response/],
    [200, 'not json', /^Failed to parse peer response/],
    [200, JSON.stringify({ api_key: 'k'.repeat(44), name: '' }), /name that the other server gave/],
    [200, JSON.stringify({ api_key: 'k'.repeat(44), name: 'ours' }), /exists already/],
    [
      500,
      '{"error":"<img src=x onerror=alert(1)>\\u202e"}',
      /^Peer rejected exchange: <img src=x onerror=alert\(1\)> \(status 500\)$/
    ],
    [302, '', /^Failed to contact peer/]
  ] as const) {
    flatrun.on('/api/cluster/exchange', (_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    )
    const reply = await accept(flatrun.invite())
    assert.match(reply.body.error, expected)
  }
  assert.deepEqual((await ours.call('GET', '/api/cluster/peers')).body.peers, [])
  assert.deepEqual((await ours.call('GET', '/api/cluster/joins')).body.joins, [])
})
