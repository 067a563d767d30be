import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, startNode, until } from '../daemon.ts'

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

test('tags that are set here are kept beside those that a peer gives itself, and alone choose what is changed', async (t) => {
  const first = await startNode(t, { name: 'web-1' })
  const second = await startNode(t, { name: 'web-2', config: { 'cluster.tags': ['canary', 'eu'] } })
  assert.equal((await join(first, second)).status, 200)
  const put = (name: string, tags: unknown) => first.call('PUT', `/api/cluster/peers/${name}/tags`, { tags })
  await until(async () => (await first.call('GET', '/api/cluster/peers/web-2')).body.tags?.length === 2)

  const tagged = await put('WEB-2', ['prod', 'Prod', 'db'])
  assert.equal(tagged.status, 200)
  assert.deepEqual(
    [tagged.body.own_tags, tagged.body.tags],
    [
      ['Prod', 'db'],
      ['canary', 'eu']
    ]
  )
  const chosen = async (query: string) => {
    const { status, body } = await first.call('GET', `/api/cluster/selection?${query}`)
    return status === 200 ? body.servers : body.error
  }
  for (const tag of ['prod', 'canary']) assert.deepEqual(await chosen(`servers=@${tag}`), ['web-2'])
  assert.deepEqual(await chosen('servers=@prod&for=changing'), ['web-2'])
  assert.match(await chosen('servers=@canary&for=changing'), /canary is only what web-2 says of itself/)
  assert.deepEqual(await chosen('servers=all&not=@canary&for=changing'), ['web-1'])
  const begun = await first.call('POST', '/api/cluster/rollouts', { deployment: 'shop', servers: ['@canary'] })
  assert.deepEqual([begun.status, begun.body.error.includes('says of itself')], [400, true])

  assert.equal((await put('web-9', ['prod'])).status, 404)
  for (const tags of [['a b'], [''], 'prod', [...Array(33).keys()].map((at) => `t${at}`)])
    assert.equal((await put('web-2', tags)).status, 400)
  const events = (await first.call('GET', '/api/cluster/timeline')).body.rows
  const told = events.find(({ type }: { type: string }) => type === 'policy.changed')
  assert.deepEqual([told.by, told.peer, told.reason], ['operator key-1', 'web-2', 'its tags here: Prod, db'])

  await first.stop()
  const again = await startNode(t, { name: 'web-1', folder: first.folder })
  assert.deepEqual((await again.call('GET', '/api/cluster/peers/web-2')).body.own_tags, ['Prod', 'db'])
  await again.call('PUT', '/api/cluster/peers/web-2/tags', { tags: [] })
  assert.equal('own_tags' in (await again.call('GET', '/api/cluster/peers/web-2')).body, false)
})
