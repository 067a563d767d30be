import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, until } from '../../daemon.ts'
import { freePort } from '../../proxies/servers.ts'
import { knows, named } from '../introductions/world.ts'
import { createWay } from '../reach/way.ts'
import { entry, NOWHERE, peerOf } from '../reach/world.ts'

const OFTEN = { 'cluster.health_interval': '1s', 'cluster.request_timeout': '1s' }

test('of several addresses a join finds the one that leads to the joiner, and to the inviter', async (t) => {
  const [hubPort, port] = [await freePort(), await freePort()]
  const two = (number: number) => ({
    ...{ 'api.port': number, 'cluster.advertise_url': NOWHERE },
    'cluster.other_urls': [`http://127.0.0.1:${number}`]
  })
  const hub = await named(t, 'hub', { config: two(hubPort) })
  const home = await named(t, 'home', { config: { ...two(port), 'cluster.reach': 'direct' } })
  const joined = await join(hub, home)
  assert.equal(joined.status, 200, joined.text)
  await Promise.all([sees(hub, 'home', 'online'), sees(home, 'hub', 'online')])
  const [there, here] = [await peerOf(hub, 'home'), await peerOf(home, 'hub')]
  assert.deepEqual([there.url, there.reach, here.url, here.reach], [home.url, 'direct', hub.url, 'direct'])
})

test('where a server is silent its other addresses are tried, and the one that works is kept', async (t) => {
  const hub = await named(t, 'hub', { config: OFTEN })
  const port = await freePort()
  const [lan, vpn] = [await createWay(t, `http://127.0.0.1:${port}`), await createWay(t, `http://127.0.0.1:${port}`)]
  const config = {
    ...{ ...OFTEN, 'api.port': port, 'cluster.reach': 'direct', 'cluster.advertise_url': lan.url },
    'cluster.other_urls': [vpn.url]
  }
  const home = await startNode(t, { name: 'home', config })
  assert.equal((await join(hub, home)).status, 200)
  await Promise.all([knows(hub, 'home'), sees(hub, 'home', 'online')])
  assert.equal((await peerOf(hub, 'home')).url, lan.url, 'the first one is the best')

  lan.shut()
  await entry(hub, 'home', ({ url, state }) => url === vpn.url && state === 'online')
  await lan.open()
  await hub.call('POST', '/api/cluster/peers/home/check')
  assert.equal((await peerOf(hub, 'home')).url, vpn.url, 'what works is kept')
  const moved = hub.daemon.events.since(0).filter(({ type }) => type === 'peer.moved')
  assert.deepEqual(
    moved.map(({ from, to }) => [from, to]),
    [[lan.url, vpn.url]]
  )
})

test('a home that opens connections is dialled at the one of its addresses that leads there', async (t) => {
  const hub = await named(t, 'hub')
  const port = await freePort()
  const start = (others: string[], folder?: string) =>
    named(t, 'home', {
      ...(folder !== undefined && { folder }),
      config: { 'api.port': port, 'cluster.advertise_url': NOWHERE, 'cluster.other_urls': others }
    })
  const home = await start([])
  assert.equal((await join(hub, home)).body.reach_back, 'reverse')
  await sees(hub, 'home', 'online')
  await home.stop()
  await start(['http://127.0.0.1:8', `http://127.0.0.1:${port}`], home.folder)
  await entry(hub, 'home', ({ reach, url }) => reach === 'direct' && url === home.url)
  await until(() => hub.daemon.links().open === 0, 'the end of the connections')
})
