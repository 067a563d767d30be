import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { encodeInvite } from '../../../src/security/invite-token.ts'
import { createSealingKey } from '../../../src/security/sealing.ts'
import { request, startNode, type TestNode } from '../../daemon.ts'
import { answers, misbehave, startFakePeer } from '../../fake-peer.ts'
import { startHostileInviter } from './hostile-inviter.ts'

const KEY = 'k'.repeat(44)
const accept = (node: TestNode, body: Record<string, unknown>) => node.call('POST', '/api/cluster/accept', body)
const joins = async (node: TestNode) => (await node.call('GET', '/api/cluster/joins')).body.joins

test('an inviter behind which a redirect, a page or a dead proxy answers is told at once, and nothing goes on', async (t) => {
  const node = await startNode(t, { name: 'node-b' })
  const front = await startFakePeer()
  t.after(front.close)
  const { publicKey: key } = await createSealingKey()
  const sealed = () => ({
    invite_token: encodeInvite({ urls: [front.url], name: 'node-a', exp: Math.floor(Date.now() / 1_000) + 600, key })
  })
  const plain = () => ({ invite_token: front.invite(), peer_url: front.url })

  for (const [behaviour, sealedSays, plainSays] of [
    [misbehave.redirect, /answered with a redirect/, /answered with a redirect/],
    [misbehave.html, /it is not JSON/, /no agent/],
    [answers(502, 'Bad Gateway'), /status 502/, /no agent/],
    [misbehave.reset, /connection was lost/, /connection was lost/]
  ] as const) {
    front.on('*', behaviour)
    for (const [body, says] of [
      [sealed(), sealedSays],
      [plain(), plainSays]
    ] as const) {
      const reply = await accept(node, body)
      assert.equal(reply.status, 502, reply.text)
      assert.match(reply.body.error, says)
      assert.deepEqual(await joins(node), [])
    }
  }
})

test('a key of the other side that could not travel in a header is stored on neither side', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const hostile = await startHostileInviter(t)
  for (const api_key of [`${KEY}\r\nX-Evil: 1`, `${KEY} x`, `${KEY}é`, `\n${KEY}`, 'short', 'k'.repeat(600)]) {
    for (const skip_checks of [true, false]) {
      const reply = await accept(node, { invite_token: hostile.invite('node-b', { api_key }), skip_checks })
      assert.deepEqual([reply.status, reply.body.code], [502, 'peer_answer_refused'], reply.text)
    }
    const plain = await startFakePeer({ name: 'plain' })
    t.after(plain.close)
    plain.on('/api/cluster/exchange', answers(200, { api_key, name: 'plain' }))
    const reply = await accept(node, { invite_token: plain.invite(), peer_url: plain.url })
    assert.deepEqual([reply.status, reply.body.code], [502, 'peer_bad_answer'], reply.text)

    const { body: invite } = await node.call('POST', '/api/cluster/invite')
    const { status, body } = await exchange(node, { invite_token: invite.invite_token, api_key })
    assert.equal(status, 400)
    assert.match(body.error, /^api_key: /)
  }
  assert.deepEqual((await node.call('GET', '/api/cluster/peers')).body.peers, [])
})

test('our own address is nobody else’s, however it is spelled', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const other = await startNode(t, { name: 'node-b' })
  const { port } = new URL(node.url)
  const { body: invite } = await node.call('POST', '/api/cluster/invite')
  const { body: foreign } = await other.call('POST', '/api/cluster/invite')

  for (const url of [
    node.url,
    `${node.url}/`,
    `HTTP://LocalHost:${port}`,
    `http://localhost.:${port}`,
    `http://127.1:${port}`,
    `http://0x7f000001:${port}`,
    `http://[::ffff:127.0.0.1]:${port}`,
    `${node.url}/some/path`
  ]) {
    const { status, body } = await exchange(node, { invite_token: invite.invite_token, url })
    assert.deepEqual([status, body.code], [400, 'own_address'], url)
    const reply = await accept(node, { invite_token: foreign.invite_token, peer_url: url })
    assert.deepEqual([reply.status, reply.body.code], [400, 'own_address'], url)
  }
  assert.equal((await node.call('GET', '/api/cluster/invites')).body.invites.length, 1)
  assert.equal((await exchange(node, { invite_token: invite.invite_token, url: other.url })).status, 200)
})

test('a compressed body is told as such', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  for (const path of ['/api/cluster/exchange', '/api/auth/login']) {
    const { status, text } = await fetch(node.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"api_key":"x"}')
    }).then(async (answer) => ({ status: answer.status, text: await answer.text() }))
    assert.equal(status, 415)
    assert.match(text, /"unsupported_encoding"/)
  }
})

test('a token is taken as it was pasted, on both sides of a plain exchange and of ours', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const pasted = (token: string) => `\ufeff ${token.slice(0, 20)}\r\n  ${token.slice(20)}\n`
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)

  const { body: ours } = await a.call('POST', '/api/cluster/invite')
  assert.equal((await accept(b, { invite_token: pasted(ours.invite_token) })).status, 200)
  assert.equal((await accept(b, { invite_token: pasted(flatrun.invite()), peer_url: flatrun.url })).status, 200)
  const { body: another } = await a.call('POST', '/api/cluster/invite')
  assert.equal((await exchange(a, { invite_token: pasted(another.invite_token) })).status, 200)
})

const exchange = (node: TestNode, body: Record<string, unknown>) =>
  request(`${node.url}/api/cluster/exchange`, {
    method: 'POST',
    body: { url: 'http://127.0.0.1:9', api_key: KEY, name: 'plain', ...body }
  })
