import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createAbsences } from '../../src/alerts/absences.ts'
import type { AbsenceNotice } from '../../src/schemas/opinions/absence.ts'
import { createAlertWorld } from './world.ts'

const MINUTE = 60_000

/** Peers that say of themselves that they will be away. */
function createAbsenceWorld(t: TestContext) {
  const world = createAlertWorld(t)
  const told: AbsenceNotice[] = []
  const absences = () =>
    createAbsences({
      silences: world.alerts().silences,
      events: world.events,
      grace: () => '10m',
      mayTell: () => true,
      tellPeers: async (notice) => void told.push(notice),
      now: world.clock.wall
    })
  async function says(id: string, notice: AbsenceNotice) {
    await absences().hear({ id, name: id }, notice)
    world.alerts().review()
  }
  return { ...world, told, absences, says }
}

test('a planned stop is no message within its grace, and after it is one that says so', async (t) => {
  const { clock, down, says, titles, sent } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'stop' })
  down('a')
  await clock.advance(9 * MINUTE)
  assert.deepEqual(titles(), [])
  await clock.advance(3 * MINUTE)
  assert.deepEqual(titles(), ['a is down, says here'])
  assert.match(sent[0]?.text ?? '', /; it had said that its agent stops\./)
})

test('one that is back from its stop and falls then is told as any other', async (t) => {
  const { clock, down, up, says, titles, silences } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'stop' })
  assert.equal(silences.size, 1)
  down('a')
  await clock.advance(5_000)
  up('a')
  await clock.advance(MINUTE)
  assert.equal(silences.size, 0)
  down('a')
  await clock.advance(4 * MINUTE)
  assert.deepEqual(titles(), ['a is down, says here'])
})

test('its last answers before it is gone do not end a planned stop', async (t) => {
  const { clock, cluster, down, says, silences } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'stop' })
  cluster.reportFailure('a')
  await clock.advance(1_000)
  assert.equal(cluster.peer('a')?.verdict, 'online')
  assert.equal(silences.size, 1)
  down('a')
  await clock.advance(5 * MINUTE)
  assert.equal(silences.size, 1)
})

test('a restart of whoever was told forgets no planned stop', async (t) => {
  const { clock, down, says, titles, restart } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'stop' })
  down('a')
  await clock.advance(MINUTE)
  restart()
  await clock.advance(7 * MINUTE)
  assert.deepEqual(titles(), [])
})

test('maintenance lasts as long as was said, whatever comes and goes, and its end may come early', async (t) => {
  const { clock, down, up, says, titles, seen } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'maintenance', for_s: 3_600, reason: 'new\nmemory' })
  for (let times = 0; times < 3; times++) {
    down('a')
    await clock.advance(10 * MINUTE)
    up('a')
    await clock.advance(5 * MINUTE)
  }
  down('a')
  await clock.advance(5 * MINUTE)
  assert.deepEqual(titles(), [])
  await says('a', { why: 'maintenance', for_s: 0 })
  await clock.advance(2 * MINUTE)
  assert.deepEqual(titles(), ['a is down, says here'])
  const reasons = seen.filter(({ type }) => type === 'peer.absence').map(({ reason }) => reason)
  assert.equal(reasons.length, 2)
  assert.match(reasons[0] ?? '', /^in maintenance until .*: new memory$/)
  assert.equal(reasons[1], 'its maintenance is over')
})

test('what is said again with each contact is news once', async (t) => {
  const { clock, says, seen } = createAbsenceWorld(t)
  await clock.advance(MINUTE)
  await says('a', { why: 'maintenance', for_s: 3_600 })
  await clock.advance(MINUTE)
  await says('a', { why: 'maintenance', for_s: 3_540 })
  assert.equal(seen.filter(({ type }) => type === 'peer.absence').length, 1)
})

test('a silence of this server everywhere is told with the time that is left, and its end too', async (t) => {
  const { clock, alerts, absences, told } = createAbsenceWorld(t)
  const { silences } = alerts()
  const until = clock.wall() + 60 * MINUTE
  const one = await silences.add({ server_id: 'self', until, by: 'admin', origin: 'operator', everywhere: true })
  await clock.advance(20 * MINUTE)
  await absences().tell()
  await silences.end(one.id)
  await absences().tell()
  assert.deepEqual(told, [
    { why: 'maintenance', for_s: 2_400 },
    { why: 'maintenance', for_s: 0 }
  ])
  assert.throws(() => absences().assertOwn('a', MINUTE), /only of the server that is asked/)
  assert.throws(() => absences().assertOwn('self', 8 * 24 * 60 * MINUTE), /at most 7d/)
})
