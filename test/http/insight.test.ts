import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, OPERATOR_KEY, startNode, until } from '../daemon.ts'

test('the running machines are told with their states, a peer by its name', async (t) => {
  const north = await startNode(t, { name: 'north' })
  const south = await startNode(t, { name: 'south' })
  await join(north, south)
  const peer = await until(async () => {
    const { body } = await north.call('GET', '/api/cluster/machines')
    return body.actors.find(
      (actor: { peer?: string; states: string[] }) => actor.peer === 'south' && actor.states.includes('health.online')
    )
  }, 'south as an online actor')

  assert.equal(peer.machine, 'peer')
  assert.equal(peer.parent, 'supervisor')
  assert.equal(peer.status, 'active')
  assert.deepEqual(peer.states, ['probe.watching', 'health.online'])

  const { body: one } = await north.call('GET', '/api/cluster/machines?peer=south')
  assert.deepEqual([one.total, one.actors[0].id], [1, peer.id])
  const { body: few } = await north.call('GET', '/api/cluster/machines?limit=1')
  assert.deepEqual([few.total, few.actors.length], [2, 1])
})

test('the config is told with where each value came from, and without its secrets', async (t) => {
  const node = await startNode(t, {
    config: {
      'cluster.health_interval': '7s',
      'alerts.targets': [
        { type: 'webhook', url: 'https://hooks.example.org/very-secret-path', secret: 'very-secret-word' }
      ]
    }
  })
  const { status, body, text } = await node.call('GET', '/api/cluster/config')
  assert.equal(status, 200)
  const settings = new Map(body.settings.map((one: { key: string }) => [one.key, one]))
  assert.deepEqual(settings.get('cluster.health_interval'), {
    key: 'cluster.health_interval',
    value: '7s',
    origin: '--cluster.health_interval'
  })
  assert.equal((settings.get('cluster.request_timeout') as { origin: string }).origin, 'default')
  for (const secret of ['very-secret', OPERATOR_KEY]) assert.doesNotMatch(text, new RegExp(secret))
})
