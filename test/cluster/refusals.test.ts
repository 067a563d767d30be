import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClock } from '../clock.ts'
import { authorized, request, startNode, type TestNode, until } from '../daemon.ts'
import { answers, startFakePeer } from '../fake-peer.ts'

/** Our node with a plain FlatRun agent that it joined, online. Time stands still, so that nothing is asked by itself. */
async function joined(t: TestContext) {
  const clock = createClock()
  const ours = await startNode(t, { name: 'ours', clock })
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys' })
  t.after(flatrun.close)
  await ours.call('POST', '/api/cluster/accept', { invite_token: flatrun.invite(), peer_url: flatrun.url })
  await passUntil(ours, clock, 'online')
  // The key was checked a moment ago, and is checked by one probe of ten.
  await ours.call('POST', '/api/cluster/peers/flatrun/check')
  return { ours, flatrun, clock }
}

/** Lets a little time pass again and again, far less than until the next probe would be due by itself. */
async function passUntil(node: TestNode, clock: ReturnType<typeof createClock>, state: string) {
  await until(async () => {
    await clock.advance(100)
    return (await node.call('GET', '/api/cluster/peers/flatrun')).body.state === state
  }, state)
}

const ASKED: [what: string, path: string][] = [
  ['an aggregate', '/api/cluster/deployments'],
  ['a request that is passed on', '/api/cluster/peers/flatrun/proxy/deployments']
]
for (const [what, path] of ASKED) {
  test(`that FlatRun removed us is known within seconds when ${what} meets it`, async (t) => {
    const { ours, flatrun, clock } = await joined(t)
    flatrun.remove('ours')
    await ours.call('GET', path)
    await passUntil(ours, clock, 'rejected')
    assert.ok(clock.now() < 20_000, `${clock.now()} ms`)
  })
}

test('FlatRun without the right to be asked for its status is online, and what it refuses is its own 403', async (t) => {
  const { ours, flatrun } = await joined(t)
  const forbidden = { error: 'Permission denied: cluster:read required' }
  flatrun.on('/api/cluster/status', answers(403, forbidden))
  for (let round = 0; round < 12; round++) {
    const { body } = await ours.call('POST', '/api/cluster/peers/flatrun/check')
    assert.equal(body.state, 'online')
  }
  const reply = await ours.call('GET', '/api/cluster/peers/flatrun/proxy/cluster/status')
  assert.deepEqual([reply.status, reply.body], [403, forbidden])
})

test('a key that was a member’s is refused by health too, also after a restart; any other is a visitor', async (t) => {
  const { ours, flatrun } = await joined(t)
  const { key } = flatrun.peers.get('ours') ?? { key: '' }
  assert.equal((await request(`${ours.url}/api/health`, { headers: authorized(key) })).status, 200)

  await ours.call('DELETE', '/api/cluster/peers/flatrun')

  const refused = await request(`${ours.url}/api/health`, { headers: authorized(key) })
  assert.deepEqual([refused.status, refused.body.error], [401, 'Invalid or expired token'])
  assert.equal((await request(`${ours.url}/api/health`, { headers: authorized('a-key-of-nobody') })).status, 200)
  await ours.stop()
  const again = await startNode(t, { name: 'ours', folder: ours.folder })
  assert.equal((await request(`${again.url}/api/health`, { headers: authorized(key) })).status, 401)
})
