import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../daemon.ts'
import { createAdmin } from './world.ts'

async function world(t: TestContext) {
  const cwd = temporaryFolder(t)
  const data = path.join(cwd, 'data')
  mkdirSync(data)
  const store = await openStore({ folder: data, secrets: ['a-secret-of-thirty-two-characters!'] })
  store.close()
  return { cwd, admin: createAdmin(t, temporaryFolder(t), { cwd }) }
}

/** What a loss of power leaves. */
const CUT_OFF = '2026-10-31T030000Z.backup.0123abcd.part'

test('backups on a timer keep the newest, and delete nothing else', async (t) => {
  const { cwd, admin } = await world(t)
  const kept = path.join(cwd, 'kept')
  for (let day = 1; day <= 4; day++) {
    const now = () => Date.parse(`2026-11-0${day}T03:00:00Z`)
    const { code, err } = await admin('backup --into kept --keep 2', { now })
    assert.equal(code, 0, err)
    if (day === 1) for (const name of ['by-hand.backup', CUT_OFF]) writeFileSync(path.join(kept, name), '')
  }
  assert.deepEqual(readdirSync(kept).toSorted(), [
    '2026-11-03T030000Z.backup',
    '2026-11-04T030000Z.backup',
    'by-hand.backup'
  ])
  for (const words of ['backup', 'backup a --into kept', 'backup --into kept --keep 0', 'backup a --keep 2'])
    await assert.rejects(admin(words), { exitCode: 64 }, words)
})

test('a folder stands for its newest backup', async (t) => {
  const { cwd, admin } = await world(t)
  for (const day of ['02', '03', '01'])
    await admin('backup --into kept', { now: () => Date.parse(`2026-11-${day}T03:00:00Z`) })
  writeFileSync(path.join(cwd, 'kept', 'zz.backup'), '')
  const { code, out, err } = await admin('restore kept --check')
  assert.deepEqual([code, err], [0, `looked at ${path.join(cwd, 'kept', '2026-11-03T030000Z.backup')}`], out)
  mkdirSync(path.join(cwd, 'empty'))
  await assert.rejects(admin('restore empty --check'), { exitCode: 66 })
})

test('a restore drill opens a backup and changes nothing', async (t) => {
  const { cwd, admin } = await world(t)
  for (const name of ['lock', 'lock-journal', 'url', 'url.crt']) writeFileSync(path.join(cwd, 'data', name), '')
  await admin('backup one.backup')
  const before = readdirSync(path.join(cwd, 'data'))
  const { code, out } = await admin('restore one.backup --check')
  assert.equal(code, 0)
  // Of what an agent holds while it runs nothing is kept.
  assert.match(out, /^node \S+ could be restored: cluster\.db, node\.json$/)
  assert.deepEqual(readdirSync(path.join(cwd, 'data')), before)
  const whole = readFileSync(path.join(cwd, 'one.backup'))
  writeFileSync(path.join(cwd, 'cut.backup'), whole.subarray(0, whole.length / 2))
  await assert.rejects(admin('restore cut.backup --check'), { exitCode: 65 })
  assert.ok(existsSync(path.join(cwd, 'data', 'cluster.db')))
})
