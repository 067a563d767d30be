import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode } from '../daemon.ts'

test('a request that is passed on has one id on both servers, and in the answer', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await sees(a, 'node-b', 'online')
  // Two kinds: what one caller repeats within a minute is one entry of the audit.
  const path = (action: string) => `/api/cluster/peers/node-b/proxy/deployments/one/${action}`
  const made = (await a.call('POST', path('start'))).headers.get('x-request-id')
  const kept = (await a.call('POST', path('stop'), undefined, { 'x-request-id': 'from-the-caller-1' })).headers.get(
    'x-request-id'
  )
  assert.match(made ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(kept, 'from-the-caller-1')
  for (const node of [a, b]) {
    const { body } = await node.call('GET', '/api/audit?limit=1000')
    const ids = body.entries.map(({ request_id }: { request_id: string }) => request_id)
    for (const id of [made, kept]) assert.ok(ids.includes(id), `${node.name} knows ${id}`)
  }
})

test('an id that could break a log line is replaced', async (t) => {
  const node = await startNode(t)
  const { headers } = await node.call('GET', '/api/health', undefined, { 'x-request-id': 'a b"c' })
  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
})
