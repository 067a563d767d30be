import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { request, startNode } from '../daemon.ts'

/** From where a refused request seems to come, to a server that trusts so. */
async function seenFrom(t: TestContext, trust: boolean | string[], forwarded: string): Promise<string> {
  const node = await startNode(t, { config: { 'api.trust_proxy': trust } })
  await request(`${node.url}/api/cluster/peers`, { headers: { 'x-forwarded-for': forwarded } })
  return (await node.call('GET', '/api/audit')).body.entries[0].from
}

test('what a caller makes up about its address is not believed', async (t) => {
  const forwarded = '203.0.113.9, 198.51.100.7'
  assert.equal(await seenFrom(t, false, forwarded), '127.0.0.1')
  assert.equal(await seenFrom(t, true, forwarded), '198.51.100.7')
  assert.equal(await seenFrom(t, ['127.0.0.1'], forwarded), '198.51.100.7')
  assert.equal(await seenFrom(t, ['127.0.0.1', '198.51.100.0/24'], forwarded), '203.0.113.9')
})
