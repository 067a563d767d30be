import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asFlatRun } from '../../src/version.ts'
import { authorized, request, startNode } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'
import { folder } from '../local/folder.ts'

/** What FlatRun's own UI refuses: below 0.1.4, from 1.0 on, or with a suffix. */
const accepted = (version: string) => {
  const [, major = '9', minor = '0', patch = '0'] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  return major === '0' && (Number(minor) > 1 || Number(patch) >= 4)
}

test("FlatRun's UI does not call this agent too old", async (t) => {
  const node = await startNode(t)
  for (const where of ['/api/health', '/api/cluster/status']) {
    const { body } = await node.call('GET', where)
    assert.ok(accepted(body.version.version), `${where} tells ${body.version.version}`)
    assert.match(body.agent_version, /^\d+\.\d+\.\d+/, 'its own version stands beside it')
  }
})

test('a version of our own that FlatRun takes is told as it is', () => {
  const told = (version: string) => asFlatRun({ version, build_time: 'b', git_commit: 'c' }).version
  for (const version of ['0.1.4', '0.2.0', '0.37.1']) assert.equal(told(version), version)
  for (const version of ['0.1.3', '0.0.9', '1.0.0', '2.1.0', '0.2.0-beta.1', 'dev', ''])
    assert.ok(accepted(told(version)), version)
})

test("FlatRun's command line, which shows one list of an answer and nothing else, shows all of the status", async (t) => {
  const node = await startNode(t, { config: { 'cluster.tags': ['prod'] } })
  const { body } = await node.call('GET', '/api/cluster/status')
  assert.deepEqual(body.self.tags, ['prod'])
  assert.ok(!Object.values(body).some(Array.isArray), JSON.stringify(body))
})

test("lists, services and figures have FlatRun's shapes", async (t) => {
  const root = await folder(t, { 'shop/compose.yml': 'services: { web: { image: a } }\n' })
  const node = await startNode(t, { config: { deployments_path: root } })
  const list = (await node.call('GET', '/api/deployments')).body
  assert.deepEqual(list.items, list.deployments)
  const { body } = await node.call('GET', '/api/deployments/shop/services')
  assert.deepEqual([body.deployment, body.services[0].name], ['shop', 'web'])
  assert.deepEqual(body.items, body.services)
  assert.equal((await node.call('GET', '/api/deployments/none/services')).status, 404)
})

test('what this server has is told, and that it takes no workloads', async (t) => {
  const node = await startNode(t, { name: 'ours' })
  const own = (await node.call('GET', '/api/capacity')).body
  assert.ok(own.host.cpu_cores >= 1 && own.host.memory_total >= own.host.memory_available)
  assert.equal(own.offer.enabled, false)
  assert.deepEqual(
    (await node.call('GET', '/api/cluster/providers')).body.orchestrators.map((one: { id: string }) => one.id),
    ['standalone', 'swarm', 'k3s']
  )
  const chosen = await node.call('PUT', '/api/cluster/providers', { orchestrator: 'standalone', routing: 'nginx' })
  assert.deepEqual([chosen.status, chosen.body.code], [422, 'provider_unavailable'])

  const peer = await startFakePeer({ name: 'theirs', auth: 'keys' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  const key = peer.peers.get('ours')?.key ?? ''
  const claim = () => request(`${node.url}/api/cluster/capacity/claim`, { method: 'POST', headers: authorized(key) })
  assert.equal((await claim()).status, 403, 'it was not granted')
  await node.call('PUT', '/api/cluster/peers/theirs/policy', { grants: [{ capability: 'capacity.offer' }] })
  const { status, body } = await claim()
  assert.deepEqual([status, body.enabled], [200, false])
  assert.match(body.reason, /places no workloads/)
  assert.ok(body.host.cpu_cores >= 1)
})

test('the capacity of all servers has an entry of each, also of one that does not know the question', async (t) => {
  const node = await startNode(t, { name: 'ours' })
  const peer = await startFakePeer({ name: 'theirs', auth: 'keys' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  const { servers } = (await node.call('GET', '/api/cluster/capacity')).body
  assert.ok(servers.ours.data.host.memory_total > 0)
  assert.deepEqual([servers.theirs.online, servers.theirs.code], [false, 'http'])
})

test('a policy may name deployments.manage, as newer FlatRun clients write it', async (t) => {
  const node = await startNode(t, { name: 'ours' })
  const peer = await startFakePeer({ name: 'theirs', auth: 'keys' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  const grants = [{ capability: 'deployments.manage', deployments: ['shop'] }]
  assert.equal((await node.call('PUT', '/api/cluster/peers/theirs/policy', { grants })).status, 200)
  assert.equal((await peer.call('ours', '/api/deployments')).status, 200)
  assert.equal((await peer.call('ours', '/api/deployments/other/restart', { method: 'POST' })).status, 403)
})
