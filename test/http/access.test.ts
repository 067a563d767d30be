import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { networkOf } from '../../src/http/network.ts'
import { CAPABILITIES } from '../../src/schemas/grant.ts'
import { authorized, OPERATOR_KEY, READER_KEY, request, startNode, type TestNode } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

/**
 * Who may call what, tried out on every route that Fastify has, and compared with the checked-in matrix. A new route
 * without an entry fails; `UPDATE=1` writes what was found, to be read in the diff.
 */
const PAGES = new Set(['/', '/*', '/assets/*', '/theme.js', '/manifest.webmanifest', '/icon.svg'])
const MATRIX = path.join(import.meta.dirname, 'access-matrix.json')

test('every route lets in exactly the callers that the matrix names', async (t) => {
  const node = await startNode(t, { name: 'ours', config: { 'cluster.inspector': { enabled: true } } })
  const callers = await makeCallers(t, node)

  const found: Record<string, string> = {}
  for (const { method, url } of node.daemon.app.accessTable) {
    // HEAD is GET without a body; a stream that never ends has its own tests, here its gate is what counts.
    if (method === 'HEAD' && !url.includes('proxy')) continue
    // The dashboard's files are anybody's, and there only where it is built.
    if (PAGES.has(url)) continue
    const allowed: string[] = []
    for (const [caller, key] of callers) if (await isLetIn({ node, method, url, key })) allowed.push(caller)
    found[`${method} ${url}`] = wordsFor(allowed, callers.length)
  }

  const sorted = Object.fromEntries(Object.entries(found).sort(([a], [b]) => a.localeCompare(b)))
  if (process.env.UPDATE) writeFileSync(MATRIX, `${JSON.stringify(sorted, null, 2)}\n`)
  assert.deepEqual(sorted, JSON.parse(readFileSync(MATRIX, 'utf8')), 'see the comment at the top of this test')
})

function wordsFor(allowed: readonly string[], all: number): string {
  if (allowed.length === all) return 'everybody'
  const peers = [...CAPABILITIES].every((capability) => allowed.includes(capability))
  const words = peers ? [...allowed.filter((caller) => !CAPABILITIES.has(caller)), 'every peer'] : allowed
  return words.join(', ') || 'nobody at all'
}

/** Peers play FlatRun, so that their keys are known here: one for each capability, and a removed one. */
async function makeCallers(t: TestContext, node: TestNode): Promise<[caller: string, key: string | undefined][]> {
  const callers: [string, string | undefined][] = [
    ['nobody', undefined],
    ['reader', READER_KEY],
    ['operator', OPERATOR_KEY]
  ]
  for (const name of [...CAPABILITIES, 'removed']) {
    const peer = await startFakePeer({ name, auth: 'keys' })
    t.after(peer.close)
    await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
    if (name === 'removed') await node.call('DELETE', `/api/cluster/peers/${name}`)
    else await node.call('PUT', `/api/cluster/peers/${name}/policy`, { grants: [{ capability: name }] })
    callers.push([name, peer.peers.get('ours')?.key])
  }
  assert.ok(callers.slice(1).every(([, key]) => key !== undefined))
  return callers
}

async function isLetIn({
  node,
  method,
  url,
  key
}: {
  node: TestNode
  method: string
  url: string
  key: string | undefined
}): Promise<boolean> {
  const where = node.url + url.replace(':name', 'nobody-of-that-name').replace(/:\w+/g, 'none').replace('*', 'health')
  const abort = new AbortController()
  const headers = key === undefined ? {} : authorized(key)
  const body = ['POST', 'PUT', 'PATCH'].includes(method)
    ? { body: '{', headers: { ...headers, 'content-type': 'application/json' } }
    : { headers }
  const { status } = await fetch(where, { method, ...body, signal: abort.signal, redirect: 'manual' })
  abort.abort()
  return status !== 401 && status !== 403
}

test('a caller without a key is told so in the words that FlatRun’s clients know', async (t) => {
  const node = await startNode(t)
  const ask = (headers: Record<string, string>) => request(`${node.url}/api/cluster/peers`, { headers })

  for (const [headers, sentence] of [
    [{}, 'Authorization header required'],
    [{ authorization: 'Bearer' }, 'Invalid authorization header format'],
    [{ authorization: 'Basic abc' }, 'Unsupported authorization scheme'],
    [{ authorization: 'Bearer nobody-knows-this' }, 'Invalid or expired token']
  ] as const) {
    const { status, body } = await ask(headers)
    assert.deepEqual([status, body.error, body.code], [401, sentence, 'unauthorized'])
  }
  const reader = await request(`${node.url}/api/cluster/invite`, { method: 'POST', headers: authorized(READER_KEY) })
  assert.deepEqual([reader.status, reader.body.error], [403, 'Permission denied: cluster:write required'])
  assert.equal((await ask({ authorization: `apikey ${OPERATOR_KEY}` })).status, 200)
})

test('a session does what its key may do, and ends with it', async (t) => {
  const node = await startNode(t)
  const login = (body: unknown) => request(`${node.url}/api/auth/login`, { method: 'POST', body })

  const { body } = await login({ api_key: READER_KEY })
  assert.deepEqual([body.token_type, body.expires_in, body.user.role], ['Bearer', 86_400, 'viewer'])
  const ask = (method: string, where: string) => request(node.url + where, { method, headers: authorized(body.token) })
  assert.equal((await ask('GET', '/api/cluster/peers')).status, 200)
  assert.equal((await ask('POST', '/api/cluster/invite')).status, 403)
  assert.deepEqual((await ask('GET', '/api/auth/validate')).body, { valid: true, message: 'Token is valid' })

  node.daemon.replaceOperatorKeys([{ key: OPERATOR_KEY, name: 'operator', scopes: ['read', 'write'] }])
  assert.equal((await ask('GET', '/api/cluster/peers')).status, 401)
  assert.equal((await ask('GET', '/api/auth/validate')).status, 401)

  assert.deepEqual(
    [(await login({ api_key: 'wrong' })).status, (await login({ username: 'admin', password: OPERATOR_KEY })).status],
    [401, 200]
  )
  assert.equal((await login({})).body.error, 'API key or username/password required')
})

test('ten failed sign-ins a minute are enough, and say when to come back', async (t) => {
  const node = await startNode(t)
  const login = (api_key: string) => request(`${node.url}/api/auth/login`, { method: 'POST', body: { api_key } })

  const statuses = []
  for (let tries = 0; tries < 11; tries++) statuses.push((await login(`guess-${tries}`)).status)
  assert.deepEqual(statuses, [...Array(10).fill(401), 429])
  const refused = await login('guess-again')
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  assert.equal((await login(OPERATOR_KEY)).status, 200, 'the right key of that address gets in')
})

test('whoever has a /64 of IPv6 is one address', () => {
  assert.equal(networkOf('2001:db8::1'), networkOf('2001:0db8:0:0:ffff:ffff:ffff:ffff'))
  assert.notEqual(networkOf('2001:db8::1'), networkOf('2001:db8:0:1::1'))
  assert.deepEqual(['::ffff:192.0.2.1', '192.0.2.1', 'fe80::1%eth0', '::1'].map(networkOf), [
    '192.0.2.1',
    '192.0.2.1',
    'fe80:0:0:0::/64',
    '0:0:0:0::/64'
  ])
})
