import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, request, until } from '../../daemon.ts'
import { write } from '../../local/folder.ts'
import { COMPOSE, through, two } from './world.ts'

test("a peer's deployment is operated through the proxy, as its grants allow", async (t) => {
  const { a, b } = await two(t)
  const restarted = await a.call('POST', `${through('b')}/deployments/shop/restart`)
  assert.equal(restarted.status, 200)
  assert.deepEqual(b.told, ['web stop', 'db stop', 'db start', 'web start'])
  const log = await a.call('GET', `${through('b')}/deployments/shop/logs?service=web`)
  assert.equal(log.text, 'shop-web-1 | hello from web\n')

  const grants = [{ capability: 'fleet.read' }, { capability: 'deployments.run', deployments: ['shop'] }]
  await b.call('PUT', '/api/cluster/peers/a/policy', { grants })
  assert.equal((await a.call('POST', `${through('b')}/deployments/shop/stop`)).status, 200)
  const other = await request(`${a.url}${through('b')}/deployments/other/stop`, {
    method: 'POST',
    headers: authorized(OPERATOR_KEY)
  })
  assert.deepEqual([other.status, other.body.code], [403, 'permission_denied'])
  const list = (await a.call('GET', `${through('b')}/deployments`)).body.deployments
  assert.deepEqual(
    list.map(({ name }: { name: string }) => name),
    ['shop']
  )
  assert.deepEqual(b.told.slice(4), ['web stop', 'db stop'])

  await b.call('PUT', '/api/cluster/peers/a/policy', {
    grants: [{ capability: 'fleet.read' }, { capability: 'deployments.read' }]
  })
  const refused = await a.call('POST', `${through('b')}/deployments/shop/start`)
  assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied'])
  assert.equal(b.told.length, 6)
})

test('who changed what is among the events', async (t) => {
  const { a, b } = await two(t)
  await a.call('POST', `${through('b')}/deployments/shop/stop`)
  await a.call('POST', `${through('b')}/deployments/nobody/stop`)
  const answer = await fetch(`${b.url}/api/cluster/events`, { headers: authorized(OPERATOR_KEY) })
  const reader = answer.body?.getReader()
  let text = ''
  while (!text.includes('"outcome":"refused"')) {
    const piece = await reader?.read()
    assert.ok(piece?.value, `the events ended after: ${text}`)
    text += new TextDecoder().decode(piece.value)
  }
  await reader?.cancel()
  const seen = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)))
  const actions = seen
    .filter(({ type }) => type === 'deployment.action')
    .map(({ facts }) => [facts.deployment, facts.action, facts.by, facts.outcome])
  assert.deepEqual(actions, [
    ['shop', 'stop', 'peer a', 'succeeded'],
    ['nobody', 'stop', 'peer a', 'refused']
  ])
})

test('a deployment is found on the servers that have it', async (t) => {
  const { a, b } = await two(t)
  await write(b.root, { 'only-b/compose.yml': COMPOSE })
  const servers = await until(async () => {
    const { body } = await a.call('GET', '/api/cluster/deployments?name=only-b')
    return body.servers.b.data.length > 0 && body.servers
  })
  assert.deepEqual([servers.a.data.length, servers.b.data[0].name], [0, 'only-b'])
})
