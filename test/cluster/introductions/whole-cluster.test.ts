import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, until } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'
import { introductionsOf, joinAll, knows, mesh, named, peersOf } from './world.ts'

test('five servers, one invite each to the first: all ten pairs are healthy, and stay so without the first', async (t) => {
  const first = await named(t, 'n1')
  const others = await Promise.all(['n2', 'n3', 'n4', 'n5'].map((name) => named(t, name)))
  for (const one of others) assert.equal((await joinAll(first, one)).status, 200)

  const nodes = [first, ...others]
  await mesh(nodes)
  for (const node of nodes)
    await until(async () => (await introductionsOf(node)).length === 0, `${node.name} having nothing left to do`)
  for (const one of others) {
    const { n1, ...rest } = Object.fromEntries((await peersOf(one)).map((peer) => [peer.name, peer.introduced_by]))
    assert.equal(n1, undefined, 'it joined by an invite')
    assert.deepEqual(Object.values(rest), ['n1', 'n1', 'n1'])
  }

  await first.stop()
  for (const one of others) {
    const { servers } = (await one.call('GET', '/api/cluster/deployments')).body
    const { n1, ...left } = servers
    assert.equal(n1.online, false)
    assert.deepEqual(
      Object.entries<{ online: boolean }>(left).map(([name, { online }]) => [name, online]),
      ['n2', 'n3', 'n4', 'n5'].map((name) => [name, true])
    )
  }
})

test('a star becomes a mesh by one word, and the same word again changes nothing', async (t) => {
  const [hub, a, b] = [await named(t, 'hub'), await named(t, 'a'), await named(t, 'b')]
  for (const one of [a, b]) {
    await join(hub, one)
    await one.call('PUT', '/api/cluster/peers/hub/introductions', { policy: 'accept' })
    await knows(hub, one.name)
  }
  const { body } = await hub.call('POST', '/api/cluster/introduce')
  assert.deepEqual(body, { introduced: ['a', 'b'], not_introduced: [] })
  await mesh([hub, a, b])

  const joinedAt = async () => (await a.call('GET', '/api/cluster/peers/b')).body.created_at
  const before = await joinedAt()
  for (const node of [hub, a, b]) await node.call('POST', '/api/cluster/introduce')
  await mesh([hub, a, b])
  assert.equal(await joinedAt(), before)
})

test('a plain FlatRun agent among the members needs its own invite, and stays with whom it joined', async (t) => {
  const panel = await startFakePeer({ name: 'panel', auth: 'keys' })
  t.after(panel.close)
  const [hub, a, b] = [await named(t, 'hub'), await named(t, 'a'), await named(t, 'b')]
  await joinAll(hub, a)
  const { body } = await hub.call('POST', '/api/cluster/invite', { introduce: true, introductions: 'accept' })
  await panel.join(hub.url, body.invite_token)
  await sees(hub, 'panel', 'online')
  await joinAll(hub, b)
  await until(async () => (await peersOf(a)).some(({ name }) => name === 'b'), 'those of ours knowing each other')

  const said = (await hub.call('POST', '/api/cluster/introduce')).body
  assert.deepEqual(said.introduced, ['a', 'b'])
  assert.deepEqual(said.not_introduced, [{ name: 'panel', reason: 'plain FlatRun needs its own invite' }])
  const alone = (await hub.call('POST', '/api/cluster/introduce', { names: ['panel'] })).body
  assert.deepEqual(alone, { introduced: [], not_introduced: said.not_introduced })
  for (const one of [a, b]) {
    assert.ok(!(await peersOf(one)).some(({ name }) => name === 'panel'))
    assert.deepEqual(await introductionsOf(one), [])
  }
  const asked = panel.requests.map(({ url }) => url)
  assert.ok(!asked.some((url) => /introductions|card|withdraw/.test(url)), 'it is not told what it does not know')
  await sees(hub, 'panel', 'online')
})

test('who introduced a server stands in its entry, in the events and in the audit', async (t) => {
  const [door, b, c] = [await named(t, 'door'), await named(t, 'b'), await named(t, 'c')]
  for (const one of [b, c]) await joinAll(door, one)
  await mesh([door, b, c])
  const both = [b, c]
  for (const one of both) {
    const other = one === b ? 'c' : 'b'
    assert.equal((await peersOf(one)).find(({ name }) => name === other)?.introduced_by, 'door')
    const joined = one.daemon.events.since(0).find(({ type, peer }) => type === 'peer.joined' && peer === other)
    assert.match(joined?.reason ?? '', /introduced by door/)
  }
  const entries = (await Promise.all(both.map((one) => one.call('GET', '/api/audit')))).flatMap(
    ({ body }) => body.entries
  )
  const exchanged = entries.filter(({ what, target }) => what === 'POST /api/cluster/exchange' && target !== undefined)
  assert.ok(exchanged.length > 0)
  for (const { who, target, introduced_by } of exchanged) {
    assert.deepEqual([who, introduced_by], ['nobody', 'door'])
    assert.match(target, /^[bc]$/)
  }
  const later = entries.filter(({ who }) => who === 'peer b' || who === 'peer c')
  assert.ok(later.length > 0 && later.every(({ introduced_by }) => introduced_by === 'door'), JSON.stringify(later))
  const doors = entries.filter(({ who }) => who === 'peer door')
  assert.ok(doors.length > 0 && doors.every(({ introduced_by }) => introduced_by === undefined))
})
