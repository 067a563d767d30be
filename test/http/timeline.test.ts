import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { authorized, join, READER_KEY, request, sees, startNode, type TestNode, until } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Row = any

async function pair(t: TestContext) {
  const [a, b] = await Promise.all([startNode(t, { name: 'a' }), startNode(t, { name: 'b' })])
  assert.equal((await join(a, b)).status, 200)
  await Promise.all([sees(a, 'b', 'online'), sees(b, 'a', 'online')])
  return { a, b }
}

async function timeline(node: TestNode, query = '') {
  const { status, body } = await node.call('GET', `/api/cluster/timeline${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body as { rows: Row[]; servers: Record<string, Row>; next?: string }
}
const ofType = (rows: readonly Row[], type: string) => rows.filter((row) => row.type === type)

test('a join is one row, with both sides and who did it', async (t) => {
  const { a, b } = await pair(t)
  const rows = await until(async () => {
    const { rows } = await timeline(a)
    return ofType(rows, 'peer.state').length === 0 && ofType(rows, 'peer.joined')[0]?.seen_by.length === 2 && rows
  }, 'one row')
  const [joined, ...more] = ofType(rows, 'peer.joined')
  assert.deepEqual(more, [])
  assert.deepEqual([joined.server, joined.peer, joined.seen_by], ['b', 'a', ['b', 'a']])
  assert.equal(joined.by, 'operator key-1')
  for (const type of ['invite.spent', 'peer.confirmed', 'act'])
    assert.deepEqual(
      ofType(rows, type).filter(({ act }) => act?.what !== 'POST /api/cluster/invite'),
      []
    )
  const seen = await timeline(b)
  assert.deepEqual(ofType(seen.rows, 'peer.joined')[0]?.seen_by, ['b', 'a'], 'seen from the other side alike')
  assert.deepEqual(
    Object.values(seen.servers).map(({ name, answered, acts }) => [name, answered, acts]),
    [
      ['a', true, 'some'],
      ['b', true, 'all']
    ]
  )
})

test('what only names who did it is said once, and a reason names the server that it was noted on', async (t) => {
  const { a, b } = await pair(t)
  const { rows } = await timeline(a, '?servers=a')
  const [invite] = ofType(rows, 'invite.created')
  assert.deepEqual([invite.by, invite.reason], ['operator key-1', undefined])
  const reasons = ofType((await timeline(b, '?servers=b')).rows, 'peer.joined').map(({ reason }) => reason)
  assert.deepEqual(reasons, ['b accepted its invite'])

  const about = (await timeline(a, '?servers=a,b&about=B')).rows
  assert.ok(ofType(about, 'peer.joined').length === 1 && ofType(about, 'invite.created').length === 0)
  assert.ok(about.every(({ server, peer }) => server === 'b' || peer === 'b'))
})

test('a removal is one row, and a change through another server names who began it there', async (t) => {
  const { a, b } = await pair(t)
  const path = '/api/cluster/peers/b/proxy/deployments/shop/restart'
  const sent = await a.call('POST', path)
  assert.ok(sent.status >= 400, 'there is no engine here')
  const rows = await until(async () => {
    const { rows } = await timeline(a, '?deployment=shop')
    return rows.length > 0 && rows
  })
  assert.equal(rows.length, 1, JSON.stringify(rows))
  assert.deepEqual(
    [rows[0].type, rows[0].server, rows[0].deployment, rows[0].by],
    ['deployment.action', 'b', 'shop', 'operator key-1 on a']
  )
  await a.call('DELETE', '/api/cluster/peers/b')
  await sees(b, 'a', 'removed')
  const removed = ofType((await timeline(b)).rows, 'peer.left')
  assert.equal(removed.length, 1)
})

test('who does not answer is said, and why', async (t) => {
  const { a, b } = await pair(t)
  const fake = await startFakePeer({ name: 'plain', auth: 'keys' })
  t.after(() => fake.close())
  await fake.join(a.url, (await a.call('POST', '/api/cluster/invite')).body.invite_token)
  await sees(a, 'plain', 'online')
  await b.call('PUT', '/api/cluster/peers/a/policy', { grants: [{ capability: 'deployments.read' }] })
  const { servers } = await timeline(a)
  assert.deepEqual([servers.plain.answered, servers.b.answered, servers.a.answered], [false, false, true])
  assert.match(servers.plain.error, /plain FlatRun/)
  assert.match(servers.b.error, /policy/)
  assert.ok(
    fake.requests.every(({ url }) => !url.includes('timeline')),
    'who cannot answer is not asked'
  )
  assert.equal((await fake.call('a', '/api/cluster/timeline')).status, 403)

  await b.stop()
  const gone = (await timeline(a, '?servers=b')).servers
  assert.deepEqual(Object.keys(gone), ['b'])
  assert.equal(gone.b.answered, false)
})

test('a peer reads no more than its grants say', async (t) => {
  const { a, b } = await pair(t)
  for (const name of ['shop', 'blog'])
    b.daemon.events.publish({ type: 'deployment.changed', facts: { deployment: name } })
  b.daemon.events.publish({ type: 'alert.sent', facts: { target: 'oncall' } })
  await b.call('POST', '/api/deployments/shop/restart')
  await b.call('POST', '/api/cluster/invite', { note: 'secret-note' })
  const from = async (node: TestNode) =>
    (await timeline(node, '?servers=b')).rows.map(({ type, deployment }) => `${type} ${deployment ?? ''}`.trim())
  const grants = (deployments?: string[]) =>
    b.call('PUT', '/api/cluster/peers/a/policy', {
      grants: [{ capability: 'fleet.read' }, ...(deployments ? [{ capability: 'deployments.read', deployments }] : [])]
    })

  const own = await from(b)
  for (const row of ['alert.sent', 'invite.created', 'deployment.changed blog']) assert.ok(own.includes(row), row)
  await grants(['shop'])
  const some = await from(a)
  assert.ok(some.includes('deployment.changed shop') && some.includes('deployment.action shop'))
  await grants()
  const none = await from(a)
  for (const seen of [some, none]) for (const row of seen) assert.doesNotMatch(row, /alert|invite|policy|blog|^act/)
  assert.ok(none.length > 0 && none.every((row) => !row.includes('shop')), none.join())
  const text = JSON.stringify((await timeline(a, '?servers=b')).rows)
  assert.doesNotMatch(text, /127\.0\.0\.1|secret-note/)

  const reader = await request(`${b.url}/api/cluster/timeline`, { headers: authorized(READER_KEY) })
  assert.equal(reader.body.servers.b.acts, 'some')
  assert.ok(reader.body.rows.every((row: Row) => row.act?.address === undefined))
})

test('what cannot be asked is refused with what to do', async (t) => {
  const { a } = await pair(t)
  const asked = async (query: string) => {
    const { status, body } = await a.call('GET', `/api/cluster/timeline?${query}`)
    return `${status} ${body.error}`
  }
  assert.match(await asked('from=yesterday'), /^400 from: must be a time of RFC 3339/)
  assert.match(await asked('from=2026-11-29T00:00:00Z&to=2026-11-28T00:00:00Z'), /^400 from: must be before to/)
  assert.match(await asked('before=x'), /^400 before: /)
  assert.match(await asked('servers=@prd'), /^400 servers: no server has the tag prd/)
  assert.match(await asked('servers=c'), /^400 servers: no server is named c/)
  assert.match(await asked('limit=0'), /^400 /)
})
