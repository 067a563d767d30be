import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createInvites } from '../../../src/cluster/membership/invites.ts'
import { createMembership } from '../../../src/cluster/membership/membership.ts'
import { createSelf } from '../../../src/cluster/peers/self.ts'
import { DEFAULT_DEADLINES } from '../../../src/remote/deadlines.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { digest } from '../../../src/security/tokens.ts'
import { credentialContext } from '../../../src/store/contexts.ts'
import { openStore } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../daemon.ts'

const START = Date.parse('2026-11-23T08:00:00Z')
const HOUR_MS = 3_600_000

/** A real store, a clock that the test moves, and peers that nobody watches or reaches. */
async function world(t: TestContext) {
  const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
  t.after(store.close)
  const clock = { ms: START }
  const now = () => clock.ms
  const events = { publish: () => {}, since: () => [], subscribe: () => () => {} }
  const version = { version: '1', build_time: '', git_commit: '' }
  const advertiseUrl = 'http://192.0.2.1:8090'
  const self = createSelf({ store, version, enabled: true, serverName: 'here', advertiseUrl })
  const invites = createInvites({ store, self, events, now })
  const membership = createMembership({
    ...{ store, departures: store.departures, invites, events, now },
    cluster: { left: () => {}, updated: () => {}, peer: () => undefined },
    remote: {
      deadlines: DEFAULT_DEADLINES,
      request: () => Promise.reject(new Error('unreachable')),
      forget: () => {}
    }
  })
  const put = async (more: Partial<Member> = {}) => {
    const id = 'a-peer'
    const at = new Date(now()).toISOString()
    await store.members.put({
      ...{ id, number: 1, name: 'web', url: 'http://192.0.2.2:8090', state: 'active', joinedAt: at },
      credential: { sealed: store.vault.seal('key', credentialContext(id)), since: at },
      ...{ keyDigest: { current: 'its-key' }, grants: [], features: ['leave'], transport: 'signed', pins: [] },
      ...more
    })
  }
  return { store, clock, invites, membership, put }
}

test('a peer that never confirms goes after an hour, also one that has been here before', async (t) => {
  const { store, clock, membership, put } = await world(t)
  await put({ state: 'pending', joinedAt: '2026-01-01T00:00:00Z' })

  clock.ms += HOUR_MS - 1
  await membership.tidy()
  assert.equal(membership.count(), 1)

  clock.ms += 1
  await membership.tidy()
  assert.equal(membership.count(), 0)
  assert.equal(store.isRevoked('its-key'), true)
})

test('a removal that a crash cut in two is finished at the next start', async (t) => {
  const { store, membership, put } = await world(t)
  await put()
  const removedAt = new Date(START).toISOString()
  await store.departures.put({ id: 'a-peer', name: 'web', removedAt, removedBy: 'admin on here' })

  await membership.tidy()

  assert.equal(membership.count(), 0)
  assert.equal(store.isRevoked('its-key'), true)
})

test('of two removals at the same time one finds nobody', async (t) => {
  const { membership, put } = await world(t)
  await put()
  const results = await Promise.allSettled([membership.remove('web', 'one'), membership.remove('web', 'two')])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('an invite stays spent when its member goes, also where a crash left it unmarked', async (t) => {
  const { invites, membership, put } = await world(t)
  const { invite_token } = await invites.create({}, 'admin')
  await put({ invite: digest(invite_token) })
  assert.deepEqual(invites.list(), [])

  await membership.remove('web', 'admin on here')

  assert.deepEqual(invites.list(), [])
})

test('an invite that is being spent cannot be revoked any more', async (t) => {
  const { invites, put } = await world(t)
  const { id, invite_token } = await invites.create({}, 'admin')
  const spent = invites.inTurn(() => put({ invite: digest(invite_token) }))

  await assert.rejects(invites.revoke(id), /No open invite/)
  await spent
})

test('a hundred invites at the same time are a hundred, and no more', async (t) => {
  const { invites } = await world(t)
  const made = await Promise.allSettled(Array.from({ length: 110 }, () => invites.create({}, 'admin')))
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 100)
})

test('a removal is remembered for good: no introduction undoes it', async (t) => {
  const { store, clock, membership, put } = await world(t)
  await put()
  await membership.remove('web', 'admin on here')
  assert.equal(store.departures.all().length, 1)

  clock.ms += 91 * 24 * HOUR_MS
  await membership.tidy()

  assert.deepEqual(
    store.departures.all().map(({ id, notice }) => ({ id, notice })),
    [{ id: 'a-peer', notice: undefined }]
  )
})
