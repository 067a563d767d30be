import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createInvites } from '../../../src/cluster/membership/invites.ts'
import { createSelf } from '../../../src/cluster/peers/self.ts'
import { openStore } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../daemon.ts'

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000]

/** Invites in a real store. The clock on the wall is set by hand; time passes on both. */
async function world(t: TestContext) {
  const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
  t.after(store.close)
  const clock = { wall: Date.parse('2026-11-23T08:00:00Z'), elapsed: 5_000 }
  const events = { publish: () => {}, since: () => [], subscribe: () => () => {} }
  const version = { version: '1', build_time: '', git_commit: '' }
  const advertiseUrl = 'http://192.0.2.1:8090'
  const self = createSelf({ store, version, enabled: true, serverName: 'here', advertiseUrl })
  /** As a start of the agent does it. */
  const start = () => createInvites({ store, self, events, now: () => clock.wall, elapsed: () => clock.elapsed })
  const pass = (ms: number) => {
    clock.wall += ms
    clock.elapsed += ms
  }
  const isOpen = (invites: ReturnType<typeof start>, id: string) => {
    const [stored] = store.invites.all().filter((one) => one.id === id)
    assert.ok(stored, 'the invite is still known')
    assert.equal(invites.isOver(stored), !invites.list().some((one) => one.id === id))
    return !invites.isOver(stored)
  }
  return { clock, start, pass, isOpen }
}

for (const [set, byMs] of [
  ['back by a day', -24 * HOUR_MS],
  ['forward by a day', 24 * HOUR_MS],
  ['forward by a year', 365 * 24 * HOUR_MS]
] as const)
  test(`an invite is open as long as was said, though the clock is set ${set}`, async (t) => {
    const { clock, start, pass, isOpen } = await world(t)
    const invites = start()
    const { id } = await invites.create({}, 'admin')
    pass(10 * MINUTE_MS)
    clock.wall += byMs
    await invites.tidy()
    assert.equal(isOpen(invites, id), true)
    assert.equal(invites.list()[0]?.expires_at, new Date(clock.wall + 50 * MINUTE_MS).toISOString())
    pass(50 * MINUTE_MS - 1)
    assert.equal(isOpen(invites, id), true)
    pass(1)
    assert.equal(isOpen(invites, id), false)
  })

test('after a restart an invite has the rest of its time, and never more than it was given', async (t) => {
  const { clock, start, pass, isOpen } = await world(t)
  const { id } = await start().create({}, 'admin')
  pass(20 * MINUTE_MS)
  clock.elapsed = 0
  const again = start()
  pass(40 * MINUTE_MS - 1)
  assert.equal(isOpen(again, id), true)
  clock.wall -= 30 * 24 * HOUR_MS
  clock.elapsed = 0
  const setBack = start()
  pass(HOUR_MS)
  assert.equal(isOpen(setBack, id), false)
})
