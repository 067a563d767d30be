import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { authorized, join, OPERATOR_KEY, sees, startNode, type TestNode, until } from '../../daemon.ts'
import { entry, homeAndHub, isParked, NOWHERE, peerOf, plainPeer, secretly, socketsOf, TURN } from './world.ts'

const linksAt = ({ daemon }: TestNode) => daemon.links()

test('a server that the inviter cannot dial joins all the same, and says how it is reached', async (t) => {
  const { home, hub, joined } = await homeAndHub(t)
  assert.deepEqual([joined.status, joined.body.reach_back], [200, 'reverse'], joined.text)
  await Promise.all([sees(hub, 'home', 'online'), sees(home, 'hub', 'online')])

  const [there, here] = [await peerOf(hub, 'home'), await peerOf(home, 'hub')]
  assert.deepEqual([there.reach, there.reach_back], ['reverse', 'direct'])
  assert.deepEqual([here.reach, here.reach_back], ['direct', 'reverse'])
  const { status, body } = await hub.call('GET', '/api/cluster/peers/home/proxy/deployments')
  assert.equal(status, 200)
  assert.ok(Array.isArray(body.deployments))
  const told = home.daemon.events.since(0).find(({ type }) => type === 'peer.joined')
  assert.match(told?.reason ?? '', /keeps connections open to it/)
})

test('a look ahead says that the way back is turned round, and what stands in its way', async (t) => {
  const hub = await startNode(t, { name: 'hub' })
  const home = await startNode(t, { name: 'home', config: { 'cluster.advertise_url': NOWHERE } })
  const { body: invite } = await hub.call('POST', '/api/cluster/invite')
  const { body } = await home.call('POST', '/api/cluster/preflight', { invite_token: invite.invite_token })
  assert.equal(body.ok, true)
  const back = body.checks.find(({ name }: { name: string }) => name === 'reach_back')
  assert.match(back.detail, /hub cannot reach this server at .*refused.*; so this server keeps connections open to it/)
})

test('with the setting direct nothing is turned round', async (t) => {
  const { joined } = await homeAndHub(t, { home: { config: { 'cluster.reach': 'direct' } } })
  assert.equal(joined.status, 409)
  assert.match(joined.body.error, /hub cannot reach this server/)
})

for (const tls of ['off', 'auto'] as const) {
  test(`a server without any address joins, with dots in its name, its own TLS ${tls}, and is shown without one`, async (t) => {
    const config = { 'cluster.advertise_url': '', 'cluster.reach': 'reverse', 'api.tls.mode': tls }
    const hub = await startNode(t, { name: 'hub', config: { 'api.tls.mode': tls } })
    const home = await startNode(t, { name: 'a.b.c', config })
    const call = secretly(tls)
    const invite = await call(hub, 'POST', '/api/cluster/invite')
    const { status, text } = await call(home, 'POST', '/api/cluster/accept', { invite_token: invite.body.invite_token })
    assert.equal(status, 200, text)
    const seen = await until(async () => {
      const { body } = await call(hub, 'GET', '/api/cluster/peers/a.b.c')
      return body.state === 'online' && body
    }, 'it online')
    assert.deepEqual([seen.reach, seen.transport], ['reverse', tls === 'off' ? 'signed' : 'pinned'])
    const { body } = await call(hub, 'GET', '/api/cluster/peers/a.b.c/proxy/cluster/status')
    assert.equal(body.server_name, 'a.b.c')
  })
}

test('two homes with one and the same address of their own are two peers', async (t) => {
  const hub = await startNode(t, { name: 'hub' })
  const config = { 'cluster.advertise_url': NOWHERE }
  for (const name of ['home-1', 'home-2']) {
    const joined = await join(hub, await startNode(t, { name, config }))
    assert.equal(joined.status, 200, joined.text)
    await sees(hub, name, 'online')
  }
})

test('a home that stops is suspect at once, and the reason says when it was there last', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  await home.stop()
  const peer = await entry(hub, 'home', ({ state }) => state === 'suspect' || state === 'offline')
  const last = peer.evidence.at(-1)
  assert.equal(last.class, 'unlinked')
  assert.match(last.detail, /^it dials us; its last connection ended \d+ s ago$/)
  const { status, body } = await hub.call('GET', '/api/cluster/peers/home/proxy/deployments')
  assert.equal(status, 502)
  assert.match(body.error, /it dials us/)
})

test('both sides are together again after either was started anew', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  const config = { 'cluster.advertise_url': NOWHERE }
  await home.stop()
  await entry(hub, 'home', ({ state }) => state !== 'online')
  const again = await startNode(t, { name: 'home', folder: home.folder, config })
  await sees(hub, 'home', 'online')

  await hub.stop()
  const port = Number(new URL(hub.url).port)
  const hubAgain = await startNode(t, { name: 'hub', folder: hub.folder, config: { 'api.port': port } })
  await sees(hubAgain, 'home', 'online')
  assert.equal((await peerOf(again, 'hub')).reach_back, 'reverse')
})

test('removal at the side that is dialled ends all connections, and the other side hears of it', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  await until(() => linksAt(hub).open > 0)
  assert.equal((await hub.call('DELETE', '/api/cluster/peers/home')).status, 200)
  await until(() => linksAt(hub).open === 0, 'the end of all')
  await sees(home, 'hub', 'removed')
})

test('removal at the side that dials ends all connections, and none is opened again', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  assert.equal((await home.call('DELETE', '/api/cluster/peers/hub')).status, 200)
  await until(() => linksAt(hub).open === 0, 'the end of all')
  await sees(hub, 'home', 'removed')
  assert.equal(linksAt(hub).open, 0)
})

for (const [what, config] of [
  ['keys are asked for', {}],
  ['no keys are asked for', { 'auth.enabled': false }],
  [
    'no keys are asked for over TLS',
    { 'auth.enabled': false, 'api.tls.mode': 'auto', 'cluster.advertise_url': 'https://127.0.0.1:9' }
  ]
] as const) {
  test(`where ${what}, nobody but the peer at its other end asks over a connection`, async (t) => {
    const hub = await startNode(t, { name: 'hub' })
    const linked = socketsOf(hub)
    const home = await startNode(t, { name: 'home', config: { 'cluster.advertise_url': NOWHERE, ...config } })
    const { body } = await hub.call('POST', '/api/cluster/invite')
    const call = secretly('api.tls.mode' in config ? 'auto' : 'off')
    await call(home, 'POST', '/api/cluster/accept', { invite_token: body.invite_token })
    await sees(hub, 'home', 'online')
    for (const [path, headers] of [
      ['/api/health', ''],
      ['/api/cluster/peers', ''],
      ['/', ''],
      ['/api/cluster/peers', `authorization: Bearer ${OPERATOR_KEY}\r\n`],
      ['/api/auth/status', 'authorization: Basic eDp4\r\n']
    ] as const) {
      const link = await until(() => linked().find(isParked), 'a parked connection')
      link.removeAllListeners('readable')
      const wire = 'api.tls.mode' in config ? connect({ socket: link, rejectUnauthorized: false }) : link
      const answered = once(wire, 'data')
      wire.write(`GET ${path} HTTP/1.1\r\nhost: home\r\n${headers}\r\n`)
      assert.match(String((await answered)[0]), /^HTTP\/1\.1 401 /, path)
      link.destroy()
    }
    assert.equal((await hub.call('POST', '/api/cluster/peers/home/check')).body.evidence.at(-1).ok, true)
    const { status } = await call(home, 'GET', '/api/cluster/peers')
    assert.equal(status, 200, 'others come in as before')
  })
}

test('a peer that speaks before it is asked loses its connection', async (t) => {
  const { hub, dial } = await plainPeer(t)
  const { socket } = await dial(TURN)
  await until(() => hub.daemon.links().parked === 1)
  socket.write('x')
  await once(socket, 'close')
  assert.equal(hub.daemon.links().open, 0)
})

test('a fifth connection of one peer is refused for a while, and so is what turns nothing round', async (t) => {
  const { hub, dial } = await plainPeer(t)
  // The hub uses one now and then to ask how the peer is.
  const refused = await until(async () => {
    const answer = await dial(TURN)
    assert.ok(hub.daemon.links().parked <= 4)
    return answer.status !== 101 && answer
  })
  assert.deepEqual([refused.status, Number(refused.headers['retry-after']) > 0], [503, true])
  const straight = await dial({})
  assert.deepEqual([straight.status, straight.headers.upgrade], [426, 'flatrun-reverse/1'])
  assert.equal((await dial({ ...TURN, ...authorized(OPERATOR_KEY) })).status, 403)
  assert.equal((await dial({ ...TURN, authorization: 'Bearer nobody' })).status, 401)
})

test('a server is dialled again as soon as it can be, after its next start', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  const port = Number(new URL(home.url).port)
  await home.stop()
  const again = await startNode(t, {
    name: 'home',
    folder: home.folder,
    config: { 'api.port': port, 'cluster.advertise_url': home.url }
  })
  await entry(hub, 'home', ({ reach, url, state }) => reach === 'direct' && url === home.url && state === 'online')
  await entry(again, 'hub', ({ reach_back }) => reach_back === 'direct')
  await until(() => linksAt(hub).open === 0, 'the end of the connections')
})

test('with the setting reverse a server that could be dialled is not', async (t) => {
  const hub = await startNode(t, { name: 'hub' })
  const home = await startNode(t, { name: 'home' })
  await join(hub, home)
  await entry(hub, 'home', ({ reach, state }) => reach === 'direct' && state === 'online')
  await home.stop()
  await startNode(t, { name: 'home', folder: home.folder, config: { 'cluster.reach': 'reverse' } })
  await entry(hub, 'home', ({ reach, state }) => reach === 'reverse' && state === 'online')
})
