import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMaintenance } from '../../src/alerts/maintenance.ts'
import type { MaintenanceWindow } from '../../src/schemas/alerts/alert.ts'

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
