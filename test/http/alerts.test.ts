import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { READER_KEY, startNode } from '../daemon.ts'

async function receiver(t: TestContext) {
  const received: { type: string; server: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push(JSON.parse(body))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

test('a test message goes to every target of the config, and only an operator may send one', async (t) => {
  const { received, url } = await receiver(t)
  const targets = [
    { type: 'webhook', name: 'on-call', url },
    { type: 'ntfy', url: 'http://127.0.0.1:1/topic' }
  ]
  const node = await startNode(t, { name: 'a', config: { 'alerts.targets': targets } })
  const { status, body } = await node.call('POST', '/api/alerts/test')
  assert.equal(status, 200)
  assert.deepEqual(body.targets, [
    { target: 'on-call', ok: true },
    { target: 'ntfy', ok: false, error: 'It could not be reached (ECONNREFUSED)' }
  ])
  assert.deepEqual(
    received.map(({ type, server }) => [type, server]),
    [['test', 'a']]
  )
  const reader = await node.call('POST', '/api/alerts/test', undefined, { authorization: `Bearer ${READER_KEY}` })
  assert.equal(reader.status, 403)
})

test('the status says how watching goes', async (t) => {
  const node = await startNode(t)
  const { body } = await node.call('GET', '/api/cluster/status')
  assert.deepEqual(body.supervision, { actors: 0, crashes: 0, prober_crashes: 0, quarantined: [] })
})
