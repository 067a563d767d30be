import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, READER_KEY, request } from '../../daemon.ts'
import { LEGACY_KEY } from '../../flatrun/stand-in.ts'
import { frontWorld } from './world.ts'

/**
 * Every kind of bearer on every class of route. `ours 200` and the like: this agent answered, FlatRun was not asked for
 * that path. Else who it was to FlatRun, and what FlatRun said.
 */
const ROUTES = {
  'our own, to read': 'GET /api/cluster/peers',
  'our own, to change': 'POST /api/cluster/invite',
  'our own, no cluster: audit': 'GET /api/audit',
  health: 'GET /api/health',
  'who is signed in': 'GET /api/users/me',
  'a list that peers read': 'GET /api/deployments',
  'one deployment': 'GET /api/deployments/shop/files',
  'another deployment': 'GET /api/deployments/blog',
  'a change of one': 'POST /api/deployments/shop/restart',
  'about the server': 'GET /api/server/info',
  'what FlatRun alone has': 'GET /api/credentials',
  'users of FlatRun': 'GET /api/users',
  'keys of FlatRun': 'GET /api/apikeys',
  'what is public': 'GET /api/setup/status',
  'what is nowhere': 'GET /api/nothing'
} as const

const WANTED: Record<string, Record<keyof typeof ROUTES, string>> = {
  nobody: {
    'our own, to read': 'ours 401',
    'our own, to change': 'ours 401',
    'our own, no cluster: audit': 'ours 401',
    health: 'ours 200',
    'who is signed in': 'nobody 401',
    'a list that peers read': 'nobody 401',
    'one deployment': 'nobody 401',
    'another deployment': 'nobody 401',
    'a change of one': 'nobody 401',
    'about the server': 'nobody 401',
    'what FlatRun alone has': 'nobody 401',
    'users of FlatRun': 'nobody 401',
    'keys of FlatRun': 'nobody 401',
    'what is public': 'nobody 200',
    'what is nowhere': 'nobody 401'
  },
  'a made-up key': {
    'our own, to read': 'ours 401',
    'our own, to change': 'ours 401',
    'our own, no cluster: audit': 'ours 401',
    health: 'ours 200',
    'who is signed in': 'nobody 401',
    'a list that peers read': 'nobody 401',
    'one deployment': 'nobody 401',
    'another deployment': 'nobody 401',
    'a change of one': 'nobody 401',
    'about the server': 'nobody 401',
    'what FlatRun alone has': 'nobody 401',
    'users of FlatRun': 'nobody 401',
    'keys of FlatRun': 'nobody 401',
    'what is public': 'nobody 200',
    'what is nowhere': 'nobody 401'
  },
  'an operator of ours': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 200',
    'our own, no cluster: audit': 'ours 200',
    health: 'ours 200',
    'who is signed in': 'ours 200',
    'a list that peers read': 'legacy 200',
    'one deployment': 'legacy 200',
    'another deployment': 'legacy 200',
    'a change of one': 'legacy 200',
    'about the server': 'legacy 200',
    'what FlatRun alone has': 'legacy 200',
    'users of FlatRun': 'legacy 200',
    'keys of FlatRun': 'legacy 200',
    'what is public': 'legacy 200',
    'what is nowhere': 'legacy 404'
  },
  'a reader of ours': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'ours 200',
    'a list that peers read': 'its own key 200',
    'one deployment': 'its own key 200',
    'another deployment': 'its own key 200',
    'a change of one': 'ours 403',
    'about the server': 'its own key 200',
    'what FlatRun alone has': 'its own key 403',
    'users of FlatRun': 'its own key 403',
    'keys of FlatRun': 'its own key 403',
    'what is public': 'its own key 200',
    'what is nowhere': 'its own key 404'
  },
  'a peer': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'ours 403',
    'a list that peers read': 'ours 200',
    'one deployment': 'its own key 200',
    'another deployment': 'its own key 200',
    'a change of one': 'its own key 200',
    'about the server': 'its own key 200',
    'what FlatRun alone has': 'its own key 403',
    'users of FlatRun': 'ours 403',
    'keys of FlatRun': 'ours 403',
    'what is public': 'ours 403',
    'what is nowhere': 'its own key 404'
  },
  'a peer that may run one': {
    'our own, to read': 'ours 403',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'ours 403',
    'a list that peers read': 'ours 200',
    'one deployment': 'its own key 200',
    'another deployment': 'ours 403',
    'a change of one': 'its own key 200',
    'about the server': 'its own key 403',
    'what FlatRun alone has': 'its own key 403',
    'users of FlatRun': 'ours 403',
    'keys of FlatRun': 'ours 403',
    'what is public': 'ours 403',
    'what is nowhere': 'its own key 404'
  },
  'a peer that may nothing of FlatRun’s': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'ours 403',
    'a list that peers read': 'ours 403',
    'one deployment': 'ours 403',
    'another deployment': 'ours 403',
    'a change of one': 'ours 403',
    'about the server': 'ours 403',
    'what FlatRun alone has': 'ours 403',
    'users of FlatRun': 'ours 403',
    'keys of FlatRun': 'ours 403',
    'what is public': 'ours 403',
    'what is nowhere': 'ours 403'
  },
  'a removed peer': {
    'our own, to read': 'ours 401',
    'our own, to change': 'ours 401',
    'our own, no cluster: audit': 'ours 401',
    health: 'ours 401',
    'who is signed in': 'ours 401',
    'a list that peers read': 'ours 401',
    'one deployment': 'ours 401',
    'another deployment': 'ours 401',
    'a change of one': 'ours 401',
    'about the server': 'ours 401',
    'what FlatRun alone has': 'ours 401',
    'users of FlatRun': 'ours 401',
    'keys of FlatRun': 'ours 401',
    'what is public': 'ours 401',
    'what is nowhere': 'ours 401'
  },
  'an admin of FlatRun’s': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 200',
    'our own, no cluster: audit': 'ours 200',
    health: 'ours 200',
    'who is signed in': 'root 200',
    'a list that peers read': 'root 200',
    'one deployment': 'root 200',
    'another deployment': 'root 200',
    'a change of one': 'root 200',
    'about the server': 'root 200',
    'what FlatRun alone has': 'root 200',
    'users of FlatRun': 'root 200',
    'keys of FlatRun': 'root 200',
    'what is public': 'root 200',
    'what is nowhere': 'root 404'
  },
  'a key of FlatRun’s config': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 200',
    'our own, no cluster: audit': 'ours 200',
    health: 'ours 200',
    'who is signed in': 'legacy 401',
    'a list that peers read': 'legacy 200',
    'one deployment': 'legacy 200',
    'another deployment': 'legacy 200',
    'a change of one': 'legacy 200',
    'about the server': 'legacy 200',
    'what FlatRun alone has': 'legacy 200',
    'users of FlatRun': 'legacy 200',
    'keys of FlatRun': 'legacy 200',
    'what is public': 'legacy 200',
    'what is nowhere': 'legacy 404'
  },
  'a viewer of FlatRun’s': {
    'our own, to read': 'ours 403',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'vera 200',
    'a list that peers read': 'vera 200',
    'one deployment': 'vera 200',
    'another deployment': 'vera 200',
    'a change of one': 'vera 403',
    'about the server': 'vera 200',
    'what FlatRun alone has': 'vera 403',
    'users of FlatRun': 'vera 403',
    'keys of FlatRun': 'vera 403',
    'what is public': 'vera 200',
    'what is nowhere': 'vera 404'
  },
  'one of FlatRun’s who may read the cluster': {
    'our own, to read': 'ours 200',
    'our own, to change': 'ours 403',
    'our own, no cluster: audit': 'ours 403',
    health: 'ours 200',
    'who is signed in': 'clara 200',
    'a list that peers read': 'clara 200',
    'one deployment': 'clara 200',
    'another deployment': 'clara 200',
    'a change of one': 'clara 403',
    'about the server': 'clara 200',
    'what FlatRun alone has': 'clara 403',
    'users of FlatRun': 'clara 403',
    'keys of FlatRun': 'clara 403',
    'what is public': 'clara 200',
    'what is nowhere': 'clara 404'
  }
}

test('every kind of bearer gets on every class of route what the table says, and nothing more', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t)
  const removed = await peer('removed')
  await node.call('DELETE', '/api/cluster/peers/removed')
  const bearers: Record<string, string | undefined> = {
    nobody: undefined,
    'a made-up key': 'made-up-0123456789',
    'an operator of ours': OPERATOR_KEY,
    'a reader of ours': READER_KEY,
    'a peer': (await peer('usual')).peers.get('ours')?.key,
    'a peer that may run one': (
      await peer('runner', [{ capability: 'deployments.run', deployments: ['shop'] }])
    ).peers.get('ours')?.key,
    'a peer that may nothing of FlatRun’s': (await peer('watcher', [{ capability: 'fleet.read' }])).peers.get('ours')
      ?.key,
    'a removed peer': removed.peers.get('ours')?.key,
    'an admin of FlatRun’s': flatrun.session('root'),
    'a key of FlatRun’s config': LEGACY_KEY,
    'a viewer of FlatRun’s': flatrun.session('vera'),
    'one of FlatRun’s who may read the cluster': flatrun.session('clara')
  }
  assert.deepEqual(Object.keys(bearers), Object.keys(WANTED))

  const found: typeof WANTED = {}
  for (const [bearer, key] of Object.entries(bearers)) {
    const row: Record<string, string> = {}
    for (const [kind, route] of Object.entries(ROUTES)) {
      const [method = '', path = ''] = route.split(' ')
      const before = flatrun.requests.length
      const { status } = await request(node.url + path, { method, headers: key === undefined ? {} : authorized(key) })
      const asked = flatrun.requests.slice(before).find((one) => one.url === path && one.method === method)
      // A list for peers is made of what FlatRun tells this agent itself; users are looked for before a key is made.
      const passedOn = asked && !(bearer.includes('peer') && kind === 'a list that peers read')
      const who = asked?.who.startsWith('key flatrun-cluster: ') ? 'its own key' : asked?.who
      row[kind] = `${passedOn ? who : 'ours'} ${status}`
    }
    found[bearer] = row as (typeof WANTED)[string]
  }
  assert.deepEqual(found, WANTED)
})

test('keys of ours never reach FlatRun, nor do keys of peers', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t)
  const key = (await peer('usual')).peers.get('ours')?.key ?? ''
  for (const bearer of [OPERATOR_KEY, READER_KEY, key]) {
    for (const path of ['/api/deployments/shop', '/api/deployments', '/api/setup/status'])
      await request(node.url + path, { headers: authorized(bearer) })
    const ticket = await request(`${node.url}/api/auth/login`, { method: 'POST', body: { api_key: OPERATOR_KEY } })
    await request(`${node.url}/api/deployments/shop`, { headers: authorized(ticket.body.token) })
  }
  const sent = JSON.stringify(flatrun.requests)
  for (const secret of [OPERATOR_KEY, READER_KEY, key]) assert.ok(!sent.includes(secret))
})

test('whom FlatRun knows stands in the audit by name, and what FlatRun ends is over here within seconds', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const token = flatrun.session('will')
  const invited = await request(`${node.url}/api/cluster/invite`, { method: 'POST', headers: authorized(token) })
  assert.equal(invited.status, 200)
  const { body } = await node.call('GET', '/api/audit')
  assert.ok(
    body.entries.some(({ who }: { who: string }) => who === 'operator will (FlatRun)'),
    JSON.stringify(body)
  )
})

test('one key is asked for at FlatRun once, however many requests show it together', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const headers = authorized(flatrun.session('clara'))
  const looked = () =>
    flatrun.requests.filter(({ url, who }) => url.includes('/peers/-/proxy') && who === 'clara').length
  await Promise.all(Array.from({ length: 20 }, () => request(`${node.url}/api/cluster/peers`, { headers })))
  assert.equal(looked(), 1)
})

test('signing in works with what either of the two knows', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const login = (body: object) => request(`${node.url}/api/auth/login`, { method: 'POST', body })
  const here = await login({ api_key: OPERATOR_KEY })
  assert.equal(here.status, 200)
  assert.equal((await request(`${node.url}/api/cluster/peers`, { headers: authorized(here.body.token) })).status, 200)
  assert.equal((await login({ username: 'any', password: OPERATOR_KEY })).status, 200, 'in the password field too')
  const there = await login({ username: 'root', password: 'right' })
  assert.equal(there.body.user.username, 'root')
  assert.equal(
    (await request(`${node.url}/api/cluster/invites`, { headers: authorized(there.body.token) })).status,
    200
  )
  assert.deepEqual(
    [(await login({ username: 'root', password: 'wrong' })).status, (await login({ api_key: 'wrong' })).status],
    [401, 401]
  )
  const validate = (key: string) => request(`${node.url}/api/auth/validate`, { headers: authorized(key) })
  assert.equal((await validate(OPERATOR_KEY)).body.valid, true)
  assert.ok(!JSON.stringify(flatrun.requests).includes(OPERATOR_KEY))
})

test('an agent that lets in a made-up key opens nothing here', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  flatrun.set({ authEnabled: false })
  await flatrun.stop()
  await flatrun.start()
  const again = await frontWorld(t, { flatrun })
  const { status, body } = await request(`${again.node.url}/api/cluster/invite`, {
    method: 'POST',
    headers: authorized('made-up-0123456789')
  })
  assert.deepEqual([status, body.code], [502, 'flatrun_down'])
  assert.match((await again.node.call('GET', '/api/health')).body.flatrun.error, /made-up key/)
  assert.equal((await node.call('GET', '/api/cluster/peers')).status, 200)
})
