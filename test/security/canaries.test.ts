import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { authorized, join, request, sees, startNode, type TestNode, until } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

const SECRET = 'canary-sealing-secret-0123456789abcdef'
const KEY = 'canary-operator-key-0123456789abcdef'

/** Everything that a node tells anybody, and everything it writes, at the most talkative level. */
async function everythingOf(node: TestNode, lines: readonly string[]): Promise<Map<string, string>> {
  const told = new Map([['its log', lines.join('')]])
  const read = async (where: string) =>
    told.set(where, (await node.call('GET', where, undefined, authorized(KEY))).text)
  for (const where of [
    '/metrics',
    '/api/audit',
    '/api/cluster/peers',
    '/api/cluster/invites',
    '/api/cluster/joins',
    '/api/cluster/config',
    '/api/cluster/machines',
    '/api/cluster/status',
    '/api/openapi.json',
    '/'
  ])
    await read(where)
  for (const { name } of (await node.call('GET', '/api/cluster/peers', undefined, authorized(KEY))).body.peers)
    await read(`/api/cluster/peers/${name}`)
  told.set('its events', JSON.stringify(node.daemon.events.since(0)))
  const data = path.join(node.folder, 'data')
  for (const file of readdirSync(data))
    if (file !== 'secret') told.set(file, readFileSync(path.join(data, file)).toString('latin1'))
  told.set('process list', readFileSync('/proc/self/cmdline', 'utf8'))
  return told
}

test('no token, key or secret is in a log, an answer, a metric, an event or a file, whatever went wrong', async (t) => {
  const lines: string[] = []
  const start = (name: string) =>
    startNode(t, {
      name,
      logTo: { write: (line) => void lines.push(line) },
      config: { 'auth.api_keys': [KEY], 'auth.jwt_secret': SECRET }
    })
  const call = (node: TestNode, method: string, where: string, body?: unknown) =>
    node.call(method, where, body, authorized(KEY))
  const [a, b] = [await start('node-a'), await start('node-b')]
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)

  // A join, a change of keys, a stranger's guesses, a plain peer, errors of every kind, and a session.
  const { body: invite } = await call(a, 'POST', '/api/cluster/invite', { note: 'one' })
  assert.equal((await call(b, 'POST', '/api/cluster/accept', { invite_token: invite.invite_token })).status, 200)
  await until(async () => (await call(a, 'GET', '/api/cluster/peers')).body.peers[0]?.state === 'online')
  await call(a, 'POST', '/api/cluster/peers/node-b/rotate')
  const flatrunToken = flatrun.invite()
  await call(a, 'POST', '/api/cluster/accept', { invite_token: flatrunToken, peer_url: flatrun.url })
  const { body: session } = await request(`${a.url}/api/auth/login`, { method: 'POST', body: { api_key: KEY } })
  await request(`${a.url}/api/cluster/peers?token=canary-in-the-query`, { headers: authorized('canary-wrong-key') })
  await request(`${a.url}/api/auth/login`, { method: 'POST', body: { api_key: 'canary-wrong-login' } })
  await request(`${a.url}/api/cluster/exchange`, {
    method: 'POST',
    body: { invite_token: 'canary-guess', url: a.url, api_key: 'canary-plain-key', name: 'x' }
  })
  flatrun.on('/api/boom', (_, response) => response.destroy())
  await call(a, 'GET', '/api/cluster/peers/flatrun/proxy/boom')
  flatrun.refuseKeys(true)
  await call(a, 'POST', '/api/cluster/peers/flatrun/check')
  const { body: unused } = await call(a, 'POST', '/api/cluster/invite')
  await call(b, 'POST', '/api/cluster/accept', { invite_token: unused.invite_token.slice(0, -2) })
  await b.stop()
  await call(a, 'GET', '/api/cluster/deployments')

  const keys = [...flatrun.keys.keys(), ...[...flatrun.peers.values()].map(({ key }) => key)]
  assert.ok(keys.length >= 2 && session.token)
  const secrets = [SECRET, KEY, invite.invite_token, unused.invite_token, flatrunToken, session.token, ...keys]
  const guesses = ['canary-in-the-query', 'canary-wrong-key', 'canary-wrong-login', 'canary-guess', 'canary-plain-key']
  assert.ok(lines.length > 0)
  for (const [place, text] of await everythingOf(a, lines)) {
    for (const secret of [...secrets, ...guesses])
      assert.equal(text.includes(secret), false, `${place} holds ${secret.slice(0, 12)}…`)
    assert.equal(/BEGIN (EC )?PRIVATE KEY/.test(text), false, place)
  }
})

test('on a connection that a removed peer still has open, its key opens nothing', async (t) => {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  await join(a, b)
  await sees(b, 'node-a', 'online')
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)
  await a.call('POST', '/api/cluster/accept', { invite_token: flatrun.invite(), peer_url: flatrun.url })
  const key = flatrun.peers.get('node-a')?.key ?? ''
  const { connect } = await import('node:net')
  const { hostname, port } = new URL(a.url)
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  const ask = () => socket.write(`GET /api/cluster/status HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${key}\r\n\r\n`)
  const answer = () => new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())))
  ask()
  assert.match(await answer(), /^HTTP\/1.1 200/)

  await a.call('DELETE', '/api/cluster/peers/flatrun')

  ask()
  assert.match(await answer(), /^HTTP\/1.1 401/)
})
