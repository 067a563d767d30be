import assert from 'node:assert/strict'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { noteBackup, readBackupNote } from '../../src/store/backup-note.ts'
import { temporaryFolder } from '../daemon.ts'

test('a backup is noted beside a link that somebody planted, and nothing is written where it leads', (t) => {
  const folder = temporaryFolder(t)
  const elsewhere = path.join(temporaryFolder(t), 'shadow')
  writeFileSync(elsewhere, 'root:x')
  symlinkSync(elsewhere, path.join(folder, 'last-backup.json'))

  noteBackup(folder, 1_000)
  assert.equal(readFileSync(elsewhere, 'utf8'), 'root:x')
  assert.deepEqual(readBackupNote(folder), { at: 1_000 })
  noteBackup(folder, 2_000)
  assert.deepEqual(readBackupNote(folder), { at: 2_000 })
})

test('a folder without a note, and one that is damaged, have none', (t) => {
  const folder = temporaryFolder(t)
  assert.equal(readBackupNote(folder), undefined)
  writeFileSync(path.join(folder, 'last-backup.json'), '{"at":')
  assert.equal(readBackupNote(folder), undefined)
})
