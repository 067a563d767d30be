import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { digest } from '../../../src/security/tokens.ts'
import { credentialContext } from '../../../src/store/contexts.ts'
import { openStore } from '../../../src/store/store.ts'
import { request, sees, startNode, type TestNode, until } from '../../daemon.ts'
import { freePort } from '../../proxies/servers.ts'
import { startRelay } from '../../relay.ts'

/** The keys that a stopped node presents to its peers, opened with its own secret. */
async function keysOf(node: TestNode): Promise<string[]> {
  const folder = path.join(node.folder, 'data')
  const secret = readFileSync(path.join(folder, 'secret'), 'utf8').trim()
  const store = await openStore({ folder, secrets: [secret] })
  const keys = store.members
    .all()
    .map(({ id, credential }) => store.vault.open(credential.sealed, credentialContext(id)))
  store.close()
  return keys
}

test('who listens between two nodes reads neither token nor key, at the join, later, or at a change of keys', async (t) => {
  // Both tell the relay's address as their own: else they would go on without it.
  const [portA, portB] = [await freePort(), await freePort()]
  const [toA, toB] = [
    await startRelay(t, `http://127.0.0.1:${portA}`),
    await startRelay(t, `http://127.0.0.1:${portB}`)
  ]
  const a = await startNode(t, { name: 'node-a', config: { 'api.port': portA, 'cluster.advertise_url': toA.url } })
  const b = await startNode(t, { name: 'node-b', config: { 'api.port': portB, 'cluster.advertise_url': toB.url } })
  const { body } = await a.call('POST', '/api/cluster/invite')

  const joined = await b.call('POST', '/api/cluster/accept', {
    invite_token: body.invite_token,
    peer_url: toA.url,
    callback_url: toB.url
  })
  assert.equal(joined.status, 200, joined.text)
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
  await b.call('GET', '/api/cluster/deployments')
  assert.equal((await b.call('GET', '/api/cluster/peers/node-a/proxy/stats')).status, 200)
  await a.stop()
  const before = await keysOf(a)
  const again = await startNode(t, {
    name: 'node-a',
    folder: a.folder,
    config: { 'api.port': portA, 'cluster.advertise_url': toA.url }
  })
  assert.equal((await again.call('POST', '/api/cluster/peers/node-b/rotate')).status, 200)
  await Promise.all([again.stop(), b.stop()])

  const secrets = [body.invite_token, ...before, ...(await keysOf(again)), ...(await keysOf(b))]
  assert.equal(new Set(secrets).size, 4)
  const seen = Buffer.concat([toA.captured(), toB.captured()]).toString('latin1')
  assert.ok(
    seen.includes('/api/cluster/exchange') && seen.includes('/api/cluster/rotate') && seen.includes('/api/health')
  )
  for (const secret of secrets) {
    assert.equal(seen.includes(secret.replace(/=+$/, '')), false)
    assert.equal(seen.includes(digest(secret)) && secret === body.invite_token, false)
  }
  assert.equal(/authorization:/i.test(seen), false)
})

test('a request that was changed on the way joins nothing, and leaves the invite as it was', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const relay = await startRelay(t, a.url)
  const { body } = await a.call('POST', '/api/cluster/invite')
  const accept = { invite_token: body.invite_token, peer_url: relay.url, skip_checks: true }

  for (let tried = 0; tried < 9; tried++) {
    relay.flip('up', (tried + 0.5) / 9)
    const reply = await b.call('POST', '/api/cluster/accept', accept)
    assert.ok(reply.status >= 400, `${tried}: ${reply.text}`)
    assert.deepEqual((await a.call('GET', '/api/cluster/peers')).body.peers, [])
    assert.deepEqual((await b.call('GET', '/api/cluster/peers')).body.peers, [])
  }
  assert.equal((await b.call('POST', '/api/cluster/accept', accept)).status, 200)
})

test('an answer that was changed on the way is asked for again, and both have the same keys', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const relay = await startRelay(t, a.url)
  const { body } = await a.call('POST', '/api/cluster/invite')

  relay.flip('down', 0.6)
  const reply = await b.call('POST', '/api/cluster/accept', {
    invite_token: body.invite_token,
    peer_url: relay.url,
    skip_checks: true
  })

  assert.equal(reply.status, 200, reply.text)
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
})

test('a peer that was approved before it had its answer gets the same one again', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const relay = await startRelay(t, a.url)
  const { body } = await a.call('POST', '/api/cluster/invite', { require_approval: true })

  relay.flip('down', 0.6)
  const accept = { invite_token: body.invite_token, peer_url: relay.url, skip_checks: true }
  const accepted = b.call('POST', '/api/cluster/accept', accept)
  await until(async () => (await a.call('GET', '/api/cluster/peers')).body.peers.length > 0)
  assert.equal((await a.call('POST', '/api/cluster/peers/node-b/approve')).status, 200)

  assert.equal((await accepted).status, 200)
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
})

test('a request that was recorded is refused when it comes again, and so is one for something else', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const relay = await startRelay(t, a.url)
  const { body } = await a.call('POST', '/api/cluster/invite')
  await b.call('POST', '/api/cluster/accept', { invite_token: body.invite_token, peer_url: relay.url })
  await sees(b, 'node-a', 'online')
  const asked = /GET \/api\/health HTTP[\s\S]*?\r\n\r\n/g
  const recorded =
    relay
      .captured()
      .toString('latin1')
      .match(asked)
      ?.find((head) => head.includes(';to="')) ?? ''
  const headers = Object.fromEntries(
    [...recorded.matchAll(/^(signature|signature-input): (.*?)\r$/gim)].map(([, name, value]) => [name, value])
  )
  assert.equal(Object.keys(headers).length, 2)

  const again = await request(`${a.url}/api/health`, { headers })
  const elsewhere = await request(`${a.url}/api/cluster/peers`, { headers })

  assert.deepEqual([again.status, again.body.error], [401, 'This request came already'])
  assert.deepEqual([elsewhere.status, elsewhere.body.error], [401, 'Invalid or expired token'])
})

test('a node that takes sealed exchanges only refuses plain ones, and a token of ours is never sent plain', async (t) => {
  const a = await startNode(t, { name: 'node-a', config: { 'cluster.exchange': 'sealed-only' } })
  const { body } = await a.call('POST', '/api/cluster/invite')
  const plain = {
    invite_token: body.invite_token,
    url: 'http://127.0.0.1:9999',
    api_key: 'k'.repeat(44),
    name: 'node-b'
  }

  const refused = await a.call('POST', '/api/cluster/exchange', plain, { authorization: '' })
  assert.deepEqual([refused.status, refused.body.code], [426, 'sealed_only'])

  const b = await startNode(t, { name: 'node-b' })
  const relay = await startRelay(t, (await startNode(t, { name: 'not-the-inviter' })).url)
  const reply = await b.call('POST', '/api/cluster/accept', {
    invite_token: body.invite_token,
    peer_url: relay.url,
    skip_checks: true
  })
  assert.equal(reply.status, 502)
  assert.equal(relay.captured().includes(body.invite_token), false)
})
