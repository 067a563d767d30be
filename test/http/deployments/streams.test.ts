import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { authorized, join, OPERATOR_KEY, READER_KEY, sees, startNode, type TestNode } from '../../daemon.ts'
import { node } from './world.ts'

function hears(node: Pick<TestNode, 'url'>, where: string, { token, key }: { token: string; key?: string }) {
  const socket = new WebSocket(node.url.replace('http', 'ws') + where, {
    headers: key === undefined ? {} : authorized(key)
  })
  const heard: { type: string; data?: string; line?: string; message?: string; status?: string }[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token })))
  return new Promise<typeof heard>((resolve, reject) => {
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
}

test("a change is followed on FlatRun's socket, to its end", async (t) => {
  const a = await node(t, 'a')
  const begun = await a.call('POST', '/api/deployments/shop/restart?wait=false')
  const where = `/api/deployments/shop/jobs/${begun.body.job_id}/stream`
  const heard = await hears(a, where, { token: OPERATOR_KEY })
  assert.equal(heard[0]?.type, 'auth_success')
  assert.deepEqual(
    heard.filter(({ type }) => type === 'line').map(({ data }) => data),
    ['shop-web-1 stopped', 'shop-db-1 stopped', 'shop-db-1 started', 'shop-web-1 started']
  )
  assert.deepEqual(heard.at(-1), { type: 'result', status: 'succeeded', error: '' })
  assert.deepEqual((await hears(a, '/api/deployments/shop/jobs/none/stream', { token: OPERATOR_KEY })).at(-1), {
    type: 'error',
    message: 'Job not found'
  })
})

test("logs are followed on FlatRun's socket by whoever may read them, and by nobody else", async (t) => {
  const a = await node(t, 'a')
  const where = '/api/deployments/shop/logs/stream?tail=5'
  const lines = (heard: Awaited<ReturnType<typeof hears>>) =>
    heard.filter(({ type }) => type === 'log').map(({ line }) => line)
  a.state.web = 'exited'
  a.state.db = 'exited'
  const all = await hears(a, where, { token: READER_KEY })
  assert.deepEqual(lines(all).sort(), ['shop-db-1 | hello from db', 'shop-web-1 | hello from web'])
  assert.deepEqual(lines(await hears(a, `${where}&filter=WEB`, { token: READER_KEY })), ['shop-web-1 | hello from web'])
  for (const token of ['made-up', ''])
    assert.deepEqual(await hears(a, where, { token }), [{ type: 'error', message: 'Invalid or expired token' }])

  const b = await startNode(t, { name: 'b' })
  await join(a, b)
  await sees(a, 'b', 'online')
  const through = { url: `${b.url}/api/cluster/peers/a/proxy` }
  const seen = await hears(through, where.replace('/api/', '/'), {
    token: 'whoever is signed in there',
    key: OPERATOR_KEY
  })
  assert.deepEqual(lines(seen).sort(), ['shop-db-1 | hello from db', 'shop-web-1 | hello from web'])
  await a.call('PUT', '/api/cluster/peers/b/policy', {
    grants: [{ capability: 'deployments.read', deployments: ['other'] }]
  })
  const refused = await hears(through, where.replace('/api/', '/'), { token: 'anything', key: OPERATOR_KEY })
  assert.deepEqual(refused, [{ type: 'error', message: 'No access to this deployment' }])
})
