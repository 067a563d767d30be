import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, until } from '../../daemon.ts'
import { joinAll, knows, mesh, named, peersOf } from '../introductions/world.ts'
import { entry, homeAndHub } from '../reach/world.ts'
import { signedPost } from '../signed-post.ts'

test('a server with a new address and a new name is found again by everybody', async (t) => {
  const [a, b, c] = [await named(t, 'a'), await named(t, 'b'), await named(t, 'c')]
  for (const one of [b, c]) await joinAll(a, one)
  await mesh([a, b, c])
  const before = c.url
  await c.stop()
  // Port 0: it comes back at another address.
  const moved = await named(t, 'c-new', { folder: c.folder })
  assert.notEqual(moved.url, before)
  for (const node of [a, b])
    await until(
      async () =>
        (await peersOf(node)).some(
          ({ name, state, url }) => name === 'c-new' && state === 'online' && url === moved.url
        ),
      `${node.name} finding it`
    )
  const types = b.daemon.events.since(0).map(({ type }) => type)
  assert.ok(types.includes('peer.moved') && types.includes('peer.renamed'))
  await mesh([a, b, moved])
})

test('two servers that swap their addresses are each found where they are', async (t) => {
  const [a, b, c] = [await named(t, 'a'), await named(t, 'b'), await named(t, 'c')]
  for (const one of [b, c]) await joinAll(a, one)
  await mesh([a, b, c])
  const portOf = ({ url }: { url: string }) => Number(new URL(url).port)
  for (const one of [b, c]) await one.stop()
  const swapped = [
    await named(t, 'b', { folder: b.folder, config: { 'api.port': portOf(c) } }),
    await named(t, 'c', { folder: c.folder, config: { 'api.port': portOf(b) } })
  ]
  const nodes = [a, ...swapped]
  for (const node of nodes)
    await until(async () => {
      const peers = await peersOf(node)
      return nodes.every(
        ({ name, url }) =>
          name === node.name || peers.some((one) => one.name === name && one.url === url && one.state === 'online')
      )
    }, `${node.name} finding both`)
  for (const node of nodes)
    assert.ok(!node.daemon.events.since(0).some(({ type }) => type === 'peer.identity' || type === 'peer.copied'))
})

test('an address is believed once the server answers there, and a name unless it is another’s', async (t) => {
  const [a, b, other] = [await named(t, 'a'), await named(t, 'b'), await named(t, 'other')]
  for (const one of [b, other]) await join(a, one)
  for (const one of [b, other]) await knows(a, one.name)
  const { card, post } = await signedPost(t, { of: b, to: a })
  const said = async (facts: object, seq: number) =>
    (await post('/api/cluster/card', { ...card, ...facts, seq: card.seq + seq })).status

  assert.equal(await said({ urls: [other.url], name: 'OTHER' }, 1), 200)
  await until(
    () => a.daemon.events.since(0).some(({ type }) => type === 'introduction.conflict'),
    'the conflict being told'
  )
  assert.equal(await said({ urls: ['http://127.0.0.1:9', other.url, b.url], name: 'b2' }, 2), 200)
  await until(async () => (await peersOf(a)).some(({ name }) => name === 'b2'), 'the new name')
  const { body } = await a.call('GET', '/api/cluster/peers/b2')
  assert.equal(body.url, b.url, 'nobody else’s address is taken for its own')
  assert.equal(a.daemon.events.since(0).filter(({ type }) => type === 'peer.moved').length, 0)
})

test('a home that gets an address, and is set to be dialled, is', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  await home.stop()
  const moved = await named(t, 'home', { folder: home.folder, config: { 'cluster.reach': 'direct' } })
  const seen = await entry(hub, 'home', ({ reach, state }) => reach === 'direct' && state === 'online')
  assert.equal(seen.url, moved.url)
  await until(() => hub.daemon.links().open === 0, 'the end of the connections')
})
