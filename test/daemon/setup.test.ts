import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { keptSecret } from '../../src/daemon/secrets.ts'
import { join, sees, startNode, temporaryFolder } from '../daemon.ts'

const OFF = { config: { 'cluster.enabled': false } }

test('clustering is turned on without a restart, once, and stays on', async (t) => {
  const node = await startNode(t, { name: 'from-config', ...OFF })
  assert.deepEqual((await node.call('GET', '/api/cluster/status')).body, { enabled: false })
  for (const [method, where] of [
    ['GET', '/api/cluster/peers'],
    ['POST', '/api/cluster/invite'],
    ['GET', '/api/cluster/deployments'],
    ['GET', '/api/cluster/events'],
    ['GET', '/api/cluster/peers/x/proxy/stats'],
    ['DELETE', '/api/cluster/peers/x']
  ] as const) {
    const { status, body } = await node.call(method, where)
    assert.deepEqual([status, body.error], [400, 'Cluster is not enabled'], where)
  }

  const setup = { server_name: 'node-a', advertise_url: node.url }
  const replies = await Promise.all(
    [setup, { ...setup, server_name: 'node-z' }].map((body) => node.call('POST', '/api/cluster/setup', body))
  )
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409])
  const done = replies.find(({ status }) => status === 200)?.body
  assert.deepEqual(Object.keys(done), ['enabled', 'server_name', 'advertise_url', 'peer_count', 'version'])

  const other = await startNode(t, { name: 'node-b' })
  assert.equal((await join(node, other)).body.peer_name, done.server_name)
  await sees(node, 'node-b', 'online')
  await node.stop()
  const again = await startNode(t, { name: 'from-config', folder: node.folder, ...OFF })
  const { body } = await again.call('GET', '/api/cluster/status')
  assert.deepEqual([body.enabled, body.server_name, body.peer_count], [true, done.server_name, 1])
})

test('a setup that is wrong says which field, and turns nothing on', async (t) => {
  const node = await startNode(t, OFF)
  for (const [body, field] of [
    [{ server_name: '../x', advertise_url: node.url }, 'server_name'],
    [{ server_name: 'constructor', advertise_url: node.url }, 'server_name'],
    [{ server_name: 'a', advertise_url: 'ftp://192.0.2.1' }, 'advertise_url'],
    [{ server_name: 'a', advertise_url: 'http://169.254.169.254' }, 'advertise_url'],
    [{ server_name: 'a' }, 'advertise_url'],
    [{ server_name: 1, advertise_url: node.url }, 'server_name']
  ] as const) {
    const reply = await node.call('POST', '/api/cluster/setup', body)
    assert.deepEqual([reply.status, reply.body.error.split(':')[0]], [400, field])
  }
  assert.deepEqual((await node.call('GET', '/api/cluster/status')).body, { enabled: false })
})

test('a secret that is made is there whole, for its owner only, and the same the next time', (t) => {
  const folder = temporaryFolder(t)
  const { value, file, made } = keptSecret(folder, 'secret')

  assert.deepEqual([made, readFileSync(file, 'utf8')], [true, `${value}\n`])
  assert.equal(statSync(path.join(folder, 'secret')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['secret'])
  assert.deepEqual(keptSecret(folder, 'secret'), { value, file, made: false })
})
