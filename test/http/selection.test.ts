import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, startNode } from '../daemon.ts'

test('servers are chosen by tag, pattern and not, and a slip chooses nobody', async (t) => {
  const first = await startNode(t, { name: 'web-1', config: { 'cluster.tags': ['prod', 'eu'] } })
  const second = await startNode(t, { name: 'db-3' })
  assert.equal((await join(first, second)).status, 200)
  const chosen = async (query: string) => {
    const { status, body } = await first.call('GET', `/api/cluster/selection?${query}`)
    return status === 200 ? body.servers : body.error
  }
  assert.deepEqual(await chosen('servers=all'), ['web-1', 'db-3'])
  assert.deepEqual(await chosen('servers=@prod&servers=@eu&not=db-*'), ['web-1'])
  assert.match(await chosen('servers=@prd'), /no server has the tag prd/)
  assert.match(await chosen('servers=all&not=db-9'), /no server is named db-9/)

  const stats = await first.call('GET', '/api/cluster/stats?servers=@prod')
  assert.deepEqual(Object.keys(stats.body.servers), ['web-1'])
  assert.equal((await first.call('GET', '/api/cluster/stats?servers=@prd')).status, 400)
  assert.deepEqual((await first.call('GET', '/api/cluster/status')).body.self.tags, ['prod', 'eu'])

  const restart = (query: string) => first.call('POST', `/api/cluster/deployments/shop/restart?${query}`)
  assert.deepEqual([(await restart('servers=@prd')).status, (await restart('not=db-3')).status], [400, 400])
  const job = { deployment: 'shop', servers: ['web-*'], not: ['web-1'] }
  const refused = await first.call('POST', '/api/cluster/rollouts', job)
  assert.deepEqual([refused.status, refused.body.error], [400, 'servers: no server is web-*, not web-1'])
})
