import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { NOWHERE } from '../cluster/reach/world.ts'
import { join, sees, startNode, until } from '../daemon.ts'
import { caddy, freePort, nginx, type ReverseProxy } from './servers.ts'

/** A server behind a proxy, and one at home that nobody can dial: it has joined by the proxy's address. */
async function homeThrough(t: TestContext, proxy: ReverseProxy, below?: string) {
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}${below ?? ''}`
  const hub = await startNode(t, {
    name: 'hub',
    config: { 'api.port': back, 'api.trust_proxy': ['127.0.0.1'], 'cluster.advertise_url': url }
  })
  let accepted = 0
  hub.daemon.app.server.on('upgrade', () => accepted++)
  await proxy.start(t, front, back, below)
  const home = await startNode(t, { name: 'home', config: { 'cluster.advertise_url': NOWHERE } })
  assert.equal((await join(hub, home)).body.reach_back, 'reverse')
  await sees(hub, 'home', 'online')
  return { hub, home, accepted: () => accepted }
}

for (const proxy of [nginx, caddy]) {
  const { name, skip } = proxy

  for (const below of [undefined, '/tools/flatrun'])
    test(`a home is asked through ${name}${below ? ' in a folder' : ''}`, { skip }, async (t) => {
      const { hub } = await homeThrough(t, proxy, below)
      const { status } = await hub.call('GET', '/api/cluster/peers/home/proxy/deployments')
      assert.equal(status, 200)
      const { body } = await hub.call('GET', '/api/cluster/stats')
      assert.equal(body.servers.home.online, true)
    })
}

test('a proxy that ends silent connections after two seconds is noticed by nobody', { skip: nginx.skip }, async (t) => {
  const hasty = {
    ...nginx,
    start: (...[t, front, back]: Parameters<typeof nginx.start>) => nginx.start(t, front, back, undefined, '2s')
  }
  const { hub, accepted } = await homeThrough(t, hasty)
  // Both first ones, those after them, and theirs.
  await until(() => accepted() >= 8, 'new connections')
  const { body } = await hub.call('POST', '/api/cluster/peers/home/check')
  assert.equal(body.evidence.at(-1).ok, true)
  assert.equal(body.state, 'online')
  assert.ok(!hub.daemon.events.since(0).some(({ to }) => to === 'offline'))
})
