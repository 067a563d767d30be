import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { digest } from '../../../src/security/tokens.ts'
import { openStore } from '../../../src/store/store.ts'
import { authorized, request, startNode } from '../../daemon.ts'

test('a key that has a successor asks for no new one, and does not speak for its peer', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const { body: invite } = await node.call('POST', '/api/cluster/invite')
  const plain = { url: 'http://127.0.0.1:9', api_key: 'k'.repeat(44), name: 'peer' }
  const { body: given } = await request(`${node.url}/api/cluster/exchange`, {
    method: 'POST',
    body: { ...plain, invite_token: invite.invite_token }
  })
  await node.stop()
  const folder = path.join(node.folder, 'data')
  const store = await openStore({ folder, secrets: [readFileSync(path.join(folder, 'secret'), 'utf8').trim()] })
  const successor = 's'.repeat(44)
  const until = new Date(Date.now() + 120_000).toISOString()
  const keyDigest = { current: digest(successor), previous: { digest: digest(given.api_key), until } }
  for (const { id } of store.members.all()) await store.members.change(id, (member) => ({ ...member, keyDigest }))
  store.close()
  const again = await startNode(t, { name: 'node-a', folder: node.folder })
  const ask = (key: string, method: string, where: string, body?: unknown) =>
    request(again.url + where, { method, body, headers: authorized(key) })

  assert.equal((await ask(given.api_key, 'GET', '/api/deployments')).status, 200)
  for (const [where, body] of [
    ['/api/cluster/rotate', { key: 'A'.repeat(43) }],
    ['/api/cluster/confirm', {}],
    ['/api/cluster/leave', {}]
  ] as const) {
    const refused = await ask(given.api_key, 'POST', where, body)
    assert.equal(refused.status, 401, where)
    assert.match(refused.body.error, /has a successor/)
  }
  assert.equal((await ask(successor, 'POST', '/api/cluster/confirm', {})).status, 200)
})
