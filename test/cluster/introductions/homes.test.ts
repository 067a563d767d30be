import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sees, until } from '../../daemon.ts'
import { NOWHERE, peerOf } from '../reach/world.ts'
import { introductionsOf, joinAll, mesh, named, peersOf } from './world.ts'

const HOMES = {
  'an address that nobody can dial': { 'cluster.advertise_url': NOWHERE },
  'no address': { 'cluster.advertise_url': '', 'cluster.reach': 'reverse' }
} as const

for (const [what, config] of Object.entries(HOMES))
  test(`a home with ${what} joins a whole cluster by one invite`, async (t) => {
    const [door, b] = [await named(t, 'door'), await named(t, 'b')]
    await joinAll(door, b)
    await mesh([door, b])
    const home = await named(t, 'home', { config })
    assert.equal((await joinAll(door, home)).status, 200)
    await mesh([door, b, home])
    const [there, here] = [await peerOf(b, 'home'), await peerOf(home, 'b')]
    assert.deepEqual([there.reach, there.introduced_by], ['reverse', 'door'])
    assert.deepEqual([here.reach, here.reach_back, here.introduced_by], ['direct', 'reverse', 'door'])
    const { status } = await b.call('GET', '/api/cluster/peers/home/proxy/deployments')
    assert.equal(status, 200)
  })

test('who comes after a home is dialled by it', async (t) => {
  const [door, home] = [await named(t, 'door'), await named(t, 'home', { config: HOMES['no address'] })]
  await joinAll(door, home)
  await sees(door, 'home', 'online')
  const late = await named(t, 'late')
  await joinAll(door, late)
  await mesh([door, home, late])
  assert.equal((await peerOf(late, 'home')).reach, 'reverse')
})

for (const [what, config] of Object.entries(HOMES))
  test(`two homes with ${what} are unreachable for each other, say why, and are both at the door`, async (t) => {
    const door = await named(t, 'door')
    const homes = [await named(t, 'home-1', { config }), await named(t, 'home-2', { config })]
    for (const home of homes) {
      assert.equal((await joinAll(door, home)).status, 200)
      await sees(door, home.name, 'online')
    }
    for (const home of homes) {
      const [{ id }] = await until(async () => {
        const list = await introductionsOf(home)
        return list.length > 0 && list
      }, `${home.name} being told`)
      // Not to wait until it is its turn.
      await home.call('POST', `/api/cluster/introductions/${id}/accept`)
      const [shown] = await until(async () => {
        const list = await introductionsOf(home)
        return list[0]?.code === 'neither_reachable' && list
      }, `${home.name} finding out`)
      assert.match(shown.reason, /cannot dial each other/)
      assert.ok(shown.urls.every((url: string) => !url.includes('.invalid')))
      assert.deepEqual(
        (await peersOf(home)).map(({ name }) => name),
        ['door']
      )
    }
    const { body } = await door.call('GET', '/api/cluster/stats')
    assert.deepEqual(Object.keys(body.servers).sort(), ['door', 'home-1', 'home-2'])
  })
