import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../daemon.ts'
import { frontWorld } from '../http/front/world.ts'
import type { StandIn } from './stand-in.ts'

const made = ({ keys }: StandIn) =>
  [...keys.values()]
    .filter(({ name }) => name.startsWith('flatrun-cluster: '))
    .map(
      ({ name, permissions, deployments }) =>
        `${name.slice(17)} | ${permissions} | ${Object.entries(deployments).map(([one, level]) => `${one} to ${level}`)}`
    )

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const json = async (answer: Response): Promise<any> => answer.json()

test('each peer has keys of its own at FlatRun, with what its grants say', async (t) => {
  const { flatrun, peer } = await frontWorld(t)
  const usual = await peer('usual')
  const runner = await peer('runner', [
    { capability: 'deployments.read' },
    { capability: 'deployments.run', deployments: ['shop'] }
  ])
  assert.deepEqual(made(flatrun), [], 'none before one is needed')
  await usual.call('ours', '/api/deployments/shop')
  await usual.call('ours', '/api/deployments/blog')
  assert.equal((await runner.call('ours', '/api/deployments/blog/logs')).status, 200)
  assert.equal((await runner.call('ours', '/api/deployments/shop/restart', { method: 'POST' })).status, 200)
  assert.equal((await runner.call('ours', '/api/deployments/blog/restart', { method: 'POST' })).status, 403)
  assert.deepEqual(made(flatrun), [
    'peer usual, to read | containers:read,deployments:read,system:read | ',
    'peer runner, to read | containers:read,deployments:read | ',
    'peer runner, to write | containers:read,containers:write,deployments:read,deployments:write | shop to write'
  ])
})

test('keys are made anew with another policy, and go with the member', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t)
  const usual = await peer('usual')
  await usual.call('ours', '/api/deployments/shop')
  const [first] = [...flatrun.keys.values()]
  await node.call('PUT', '/api/cluster/peers/usual/policy', {
    grants: [{ capability: 'deployments.read', deployments: ['blog'] }]
  })
  await until(() => !flatrun.keys.has(first?.id ?? 0), 'the end of the first key')
  assert.equal((await usual.call('ours', '/api/deployments/shop')).status, 403)
  assert.equal((await usual.call('ours', '/api/deployments/blog')).status, 200)
  assert.deepEqual(made(flatrun), ['peer usual, to read | containers:read,deployments:read | blog to read'])
  await node.call('DELETE', '/api/cluster/peers/usual')
  await until(() => flatrun.keys.size === 0, 'the end of its keys')
  assert.equal((await usual.call('ours', '/api/deployments/blog')).status, 401)
})

test('what a peer asked to be narrowed to is all that it reaches', async (t) => {
  const { peer } = await frontWorld(t)
  const usual = await peer('usual')
  const narrowed = { headers: { 'x-flatrun-deployment': 'shop' } }
  const status = async (path: string) => (await usual.call('ours', path, narrowed)).status
  assert.deepEqual(
    [
      await status('/api/deployments/shop/logs'),
      await status('/api/deployments/blog'),
      await status('/api/server/info')
    ],
    [200, 403, 403]
  )
  const { deployments } = await json(await usual.call('ours', '/api/deployments', narrowed))
  assert.deepEqual(
    deployments.map(({ name }: { name: string }) => name),
    ['shop']
  )
})

test('a key that was deleted at FlatRun is made anew, and its refusal is not the peer’s', async (t) => {
  const { flatrun, peer } = await frontWorld(t)
  const usual = await peer('usual')
  await usual.call('ours', '/api/deployments/shop')
  flatrun.keys.clear()
  const lost = await usual.call('ours', '/api/deployments/shop')
  assert.deepEqual([lost.status, (await json(lost)).code], [502, 'flatrun_key_refused'])
  await until(async () => (await usual.call('ours', '/api/deployments/shop')).status === 200, 'another key')
})

test('an older FlatRun is given names alone', async (t) => {
  const { flatrun, peer } = await frontWorld(t)
  flatrun.set({ older: true })
  const runner = await peer('runner', [{ capability: 'deployments.run', deployments: ['shop'] }])
  assert.equal((await runner.call('ours', '/api/deployments/shop/restart', { method: 'POST' })).status, 200)
  assert.deepEqual(
    [...flatrun.keys.values()].map(({ deployments }) => Object.keys(deployments)),
    [['shop']]
  )
})

test('a FlatRun that is too old for keys of peers says so, and the cluster goes on', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t)
  flatrun.set({ withoutServices: true })
  const usual = await peer('usual')
  const refused = await usual.call('ours', '/api/deployments/shop')
  const { code, error } = await json(refused)
  assert.deepEqual([refused.status, code], [502, 'flatrun_key_refused'])
  assert.match(error, /it is too old, and has no users of the role service; update it to FlatRun 0\.4 or newer/)
  assert.equal(flatrun.keys.size, 0)
  assert.equal((await node.call('GET', '/api/deployments/shop')).status, 200, 'an operator still gets through')
  // Updated meanwhile, it is asked anew.
  flatrun.set({ withoutServices: false })
  assert.equal((await usual.call('ours', '/api/deployments/shop')).status, 200)
})

test('a key that turns out to be an admin’s is not used', async (t) => {
  const { flatrun, peer } = await frontWorld(t)
  const usual = await peer('usual')
  // FlatRun takes each key of an admin's for an admin, whatever it lists.
  flatrun.on('/api/users', (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ users: [{ id: 1, username: '__flatrun_cluster', role: 'service' }] }))
  )
  const refused = await usual.call('ours', '/api/deployments/shop')
  assert.deepEqual([refused.status, (await json(refused)).code], [502, 'flatrun_key_refused'])
  assert.equal(flatrun.keys.size, 0)
})

test('no key of FlatRun’s stands in the store, the log, an answer or an event', async (t) => {
  let log = ''
  const { node, flatrun, peer } = await frontWorld(t, { logTo: { write: (line) => (log += line) } })
  const usual = await peer('usual')
  await usual.call('ours', '/api/deployments/shop')
  await node.call('GET', '/api/deployments/shop')
  const told = [
    log,
    ...(await Promise.all(
      [
        '/api/cluster/config',
        '/api/audit',
        '/api/cluster/events?follow=false',
        '/api/cluster/peers',
        '/api/health'
      ].map(async (path) => (await node.call('GET', path)).text)
    ))
  ].join('\n')
  assert.match(told, /flatrun\.url/)
  for (const secret of ['flatrun-config-key', ...[...flatrun.keys.values()].map(({ key }) => key)])
    assert.ok(!told.includes(secret), secret)
})
