import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { join, type TestNode, until } from '../../daemon.ts'
import { freePort } from '../../proxies/servers.ts'
import { knows, named, peersOf } from '../introductions/world.ts'
import { createWay } from '../reach/way.ts'
import { entry, peerOf } from '../reach/world.ts'
import { signedPost } from '../signed-post.ts'

const OFTEN = { 'cluster.health_interval': '1s', 'cluster.request_timeout': '1s' }
/** Where it is in truth; its card still names another place. */
const NEW = '127.0.0.2'

/** A server that lives at another address than it says; the way to the old one can be shut. */
async function world(t: TestContext) {
  const hub = await named(t, 'hub', { config: { ...OFTEN, 'api.trust_proxy': ['127.0.0.1'] } })
  const port = await freePort()
  const way = await createWay(t, `http://127.0.0.1:${port}`)
  const at = new URL(way.url).port
  const config = { ...OFTEN, 'api.port': port, 'cluster.reach': 'direct', 'cluster.advertise_url': way.url }
  const moved = await named(t, 'moved', { config })
  assert.equal((await join(hub, moved)).status, 200)
  await knows(hub, 'moved')
  const asMoved = await signedPost(t, { of: moved, to: hub })
  return { hub, way, asMoved, at }
}

const hints = ({ daemon }: TestNode) => daemon.events.since(0).filter(({ type }) => type === 'peer.elsewhere')

test('who calls with its keys from elsewhere while its address is silent is said to have moved, and an operator confirms it', async (t) => {
  const { hub, way, asMoved, at } = await world(t)
  const confirm = (from = NEW) => asMoved.post('/api/cluster/confirm', {}, { 'x-forwarded-for': from })
  await confirm()
  assert.deepEqual(hints(hub), [], 'its address answers')

  way.shut()
  await way.open(NEW)
  const seen = await until(async () => {
    await confirm()
    const peer = await peerOf(hub, 'moved')
    return peer.calls_from && peer
  }, 'the hint')
  assert.equal(seen.calls_from, `http://${NEW}:${at}`)
  assert.equal(seen.url, way.url, 'nothing is changed without a word')
  const [hint] = hints(hub)
  assert.deepEqual([hint?.from, hint?.to, hints(hub).length], [way.url, seen.calls_from, 1])
  assert.match(hint?.reason ?? '', /flatrun-cluster move moved/)

  const { status, body } = await hub.call('POST', '/api/cluster/peers/moved/move')
  assert.deepEqual([status, body.url, body.calls_from], [200, `http://${NEW}:${at}`, undefined])
  await entry(hub, 'moved', ({ state }) => state === 'online')
})

test('an address at which it does not answer with its keys is no hint, and nobody is sent there', async (t) => {
  const { hub, way, asMoved } = await world(t)
  way.shut()
  await entry(hub, 'moved', ({ failures }) => failures > 1)
  // Nobody listens there; that it called is true all the same.
  await asMoved.post('/api/cluster/confirm', {}, { 'x-forwarded-for': '127.0.0.3' })
  const other = await named(t, 'other')
  for (const [url, code] of [
    ['http://127.0.0.3:9', 'not_there'],
    [other.url, 'not_there'],
    [hub.url, 'own_address'],
    ['ftp://x', 'bad_request'],
    [undefined, 'bad_request']
  ] as const) {
    const { body } = await hub.call('POST', '/api/cluster/peers/moved/move', url === undefined ? {} : { url })
    assert.equal(body.code, code, url)
  }
  assert.equal((await hub.call('POST', '/api/cluster/peers/nobody/move', { url: other.url })).status, 404)
  assert.equal((await peersOf(hub))[0]?.url, way.url)
  assert.deepEqual(hints(hub), [])
})
