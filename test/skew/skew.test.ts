import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { join, startNode, until } from '../daemon.ts'
import { type Released, startReleased } from './released.ts'

/** What both versions answer to. */
type Server = Pick<Released, 'name' | 'url' | 'folder' | 'call' | 'stop'>

/** This version and the one before, each with a deployment of its own. */
async function servers(t: TestContext) {
  const [ours, theirs] = [await startNode(t, { name: 'new' }), await startReleased(t, { name: 'old' })]
  for (const { name, folder } of [ours, theirs]) {
    mkdirSync(path.join(folder, `shop-${name}`))
    writeFileSync(path.join(folder, `shop-${name}`, 'compose.yml'), 'services: { web: { image: nginx } }\n')
  }
  return { ours, theirs }
}

const both = ({ ours, theirs }: { ours: Server; theirs: Server }) =>
  [
    [ours, theirs],
    [theirs, ours]
  ] as const

const stateOf = async (at: Server, peer: Server) => (await at.call('GET', `/api/cluster/peers/${peer.name}`)).body.state

const sees = (at: Server, peer: Server, state: string) =>
  until(async () => (await stateOf(at, peer)) === state, `${at.name} seeing ${peer.name} as ${state}`)

async function joined(inviter: Server, joiner: Server, invite = {}) {
  const reply = await join(inviter, joiner, invite)
  assert.equal(reply.status, 200, reply.text)
  await Promise.all([sees(inviter, joiner, 'online'), sees(joiner, inviter, 'online')])
}

/** Everything that one server does by way of another. */
async function works(at: Server, peer: Server): Promise<void> {
  const ask = async (method: string, where: string, body?: unknown) => {
    const reply = await at.call(method, `/api/cluster${where}`, body)
    return { ...reply, said: `${at.name} ${method} ${where}: ${reply.status} ${reply.text}` }
  }
  const checked = await ask('POST', `/peers/${peer.name}/check`)
  assert.deepEqual([checked.status, checked.body.state], [200, 'online'], checked.said)

  const deployments = await ask('GET', '/deployments')
  const entry = deployments.body.servers[peer.name]
  assert.deepEqual([entry.online, entry.data?.map(({ name }: { name: string }) => name)], [true, [`shop-${peer.name}`]])
  const stats = await ask('GET', '/stats')
  assert.equal(stats.body.servers[peer.name].online, true, stats.said)
  assert.ok(stats.body.servers[peer.name].data.system, stats.said)

  const proxied = `/peers/${peer.name}/proxy`
  const one = await ask('GET', `${proxied}/deployments/shop-${peer.name}`)
  assert.deepEqual([one.status, one.body.deployment?.name], [200, `shop-${peer.name}`], one.said)
  // No engine is here: what counts is that the order arrives and its answer comes back.
  const order = await ask('POST', `${proxied}/deployments/shop-${peer.name}/restart`)
  const direct = await peer.call('POST', `/api/deployments/shop-${peer.name}/restart`)
  assert.deepEqual([order.status, order.body.code], [direct.status, direct.body.code], order.said)
}

for (const way of ['the version before invites this one', 'this version invites the one before'])
  test(`${way}: both watch, show, pass on and remove each other`, async (t) => {
    const world = await servers(t)
    const { ours, theirs } = world
    const [inviter, joiner] = way.startsWith('this') ? [ours, theirs] : [theirs, ours]
    await joined(inviter, joiner)
    for (const [at, peer] of both(world)) await works(at, peer)

    for (const [at, peer] of both(world)) {
      const rotated = await at.call('POST', `/api/cluster/peers/${peer.name}/rotate`)
      assert.equal(rotated.status, 200, `${at.name} changes its keys: ${rotated.text}`)
      for (const [from, to] of both(world)) await works(from, to)
    }

    for (const [at, peer] of both(world)) {
      const before = (await at.call('GET', `/api/cluster/peers/${peer.name}/policy`)).body
      const policy = `/api/cluster/peers/${peer.name}/policy`
      const narrowed = await at.call('PUT', policy, { grants: [{ capability: 'fleet.read' }] })
      assert.equal(narrowed.status, 200, narrowed.text)
      const refused = await peer.call('POST', `/api/cluster/peers/${at.name}/proxy/deployments/shop-${at.name}/restart`)
      // The version before takes every refusal of a peer's for one of its key, in the words of its own proxy.
      assert.ok(refused.status === 403 || refused.body.code === 'peer_rejected', refused.text)
      assert.equal((await at.call('PUT', policy, { grants: before.grants })).status, 200)
      await works(peer, at)
    }

    for (const [at, peer] of both(world)) {
      const removed = await at.call('DELETE', `/api/cluster/peers/${peer.name}`)
      assert.equal(removed.status, 200, removed.text)
      await sees(peer, at, 'removed')
      await peer.call('DELETE', `/api/cluster/peers/${at.name}`)
      await joined(joiner, inviter)
      for (const [from, to] of both(world)) await works(from, to)
    }
  })

test('an invite that wants a word, or bears a name, counts between versions', async (t) => {
  const world = await servers(t)
  const { ours, theirs } = world
  const named = await join(ours, theirs, { expected_name: 'somebody-else' })
  assert.notEqual(named.status, 200, named.text)
  for (const [at, peer] of both(world)) {
    const reply = await join(at, peer, { require_approval: true })
    assert.ok([200, 202].includes(reply.status), reply.text)
    await until(async () => (await at.call('GET', `/api/cluster/peers/${peer.name}`)).body.awaits_approval === true)
    assert.equal((await at.call('POST', `/api/cluster/peers/${peer.name}/approve`)).status, 200)
    await Promise.all([sees(at, peer, 'online'), sees(peer, at, 'online')])
    await works(at, peer)
    await at.call('DELETE', `/api/cluster/peers/${peer.name}`)
    await sees(peer, at, 'removed')
    await peer.call('DELETE', `/api/cluster/peers/${at.name}`)
  }
})

test('a server that ends and comes back is seen by the other version', async (t) => {
  const { ours, theirs } = await servers(t)
  await joined(ours, theirs)
  await theirs.stop()
  await until(async () => (await stateOf(ours, theirs)) !== 'online', 'its end being seen')
  const back = await startReleased(t, { name: 'old', folder: theirs.folder, port: Number(new URL(theirs.url).port) })
  await Promise.all([sees(ours, back, 'online'), sees(back, ours, 'online')])

  await ours.stop()
  await until(async () => (await stateOf(back, ours)) !== 'online', 'its end being seen')
  const again = await startNode(t, {
    ...{ name: 'new', folder: ours.folder },
    config: { 'api.port': Number(new URL(ours.url).port) }
  })
  await Promise.all([sees(again, back, 'online'), sees(back, again, 'online')])
  await works(again, back)
  await works(back, again)
})
