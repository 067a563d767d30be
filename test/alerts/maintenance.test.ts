import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inMaintenance } from '../../src/alerts/maintenance.ts'
import type { MaintenanceWindow } from '../../src/schemas/alerts/alert.ts'
import { createAlertWorld } from './world.ts'

/** 1 June 2026 is a Monday. */
const at = (day: number, time: string) => new Date(`2026-06-0${day}T${time}:00`)
const night: MaintenanceWindow = { from: '23:00', to: '02:00' }
const monday: MaintenanceWindow = { days: ['mon'], from: '23:00', to: '02:00' }

const TABLE: [MaintenanceWindow, Date, boolean][] = [
  [{ from: '02:00', to: '04:30' }, at(1, '01:59'), false],
  [{ from: '02:00', to: '04:30' }, at(1, '02:00'), true],
  [{ from: '02:00', to: '04:30' }, at(1, '04:29'), true],
  [{ from: '02:00', to: '04:30' }, at(1, '04:30'), false],
  [night, at(1, '23:30'), true],
  [night, at(1, '01:30'), true],
  [night, at(1, '12:00'), false],
  [monday, at(1, '23:30'), true],
  [monday, at(2, '01:30'), true],
  [monday, at(1, '01:30'), false],
  [monday, at(2, '23:30'), false],
  [{ days: ['sat', 'sun'], from: '00:00', to: '00:00' }, at(6, '15:00'), true],
  [{ days: ['sat', 'sun'], from: '00:00', to: '00:00' }, at(1, '00:00'), false],
  [{ days: ['sun'], from: '20:00', to: '06:00' }, at(1, '05:00'), true],
  [{ from: '00:00', to: '23:59', peers: ['Node-B'] }, at(1, '12:00'), false],
  [{ from: '00:00', to: '23:59', peers: ['Node-A'] }, at(1, '12:00'), true]
]

for (const [window, time, held] of TABLE) {
  const name = `${JSON.stringify(window)} ${held ? 'holds' : 'does not hold'} at ${time.toString().slice(0, 21)}`
  test(name, () => assert.equal(inMaintenance([window], 'node-a', time), held))
}

/** The clock on the wall there: 2026 goes to summer time on 29 March at 02:00, and back on 25 October at 03:00. */
function inBerlin(t: TestContext): void {
  const before = process.env.TZ
  t.after(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })
  process.env.TZ = 'Europe/Berlin'
  assert.equal(new Date('2026-07-01T00:00:00Z').getHours(), 2)
}

const short: MaintenanceWindow = { from: '02:15', to: '02:45' }
const long: MaintenanceWindow = { from: '01:30', to: '04:00' }
const CHANGES: [MaintenanceWindow, utc: string, held: boolean][] = [
  // In spring there is no 02:15, and the long one is an hour shorter.
  [short, '2026-03-29T00:59', false],
  [short, '2026-03-29T01:00', false],
  [short, '2026-03-29T01:30', false],
  [long, '2026-03-29T00:29', false],
  [long, '2026-03-29T00:30', true],
  [long, '2026-03-29T01:00', true],
  [long, '2026-03-29T01:59', true],
  [long, '2026-03-29T02:00', false],
  // In autumn there are two, and the long one is an hour longer.
  [short, '2026-10-25T00:15', true],
  [short, '2026-10-25T01:00', false],
  [short, '2026-10-25T01:15', true],
  [short, '2026-10-25T01:45', false],
  [long, '2026-10-24T23:30', true],
  [long, '2026-10-25T02:59', true],
  [long, '2026-10-25T03:00', false]
]

test('a window goes by the clock on the wall, on the days too on which that is changed', (t) => {
  inBerlin(t)
  for (const [window, utc, held] of CHANGES)
    assert.equal(inMaintenance([window], 'node-a', new Date(`${utc}:00Z`)), held, `${window.from} at ${utc}`)
})

test('what falls in maintenance on the night of the change is told when the window ends, and once', async (t) => {
  inBerlin(t)
  const { clock, down, sent } = createAlertWorld(t, { config: { maintenance: [long] } })
  await clock.advance(60_000)
  clock.setWall(Date.UTC(2026, 2, 29, 0, 40))
  down('a')
  await clock.advance(75 * 60_000)
  assert.equal(sent.length, 0)
  await clock.advance(10 * 60_000)
  assert.equal(sent.length, 1)
})
