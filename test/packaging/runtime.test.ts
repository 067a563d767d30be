import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { buildDeb } from '../../src/dev/build/deb.ts'
import { faultOfRuntime, RUNTIME } from '../../src/dev/runtime.mjs'
import { temporaryFolder } from '../daemon.ts'

const root = path.join(import.meta.dirname, '..', '..')
const known = RUNTIME.sha256[`${process.platform}-${process.arch}`] !== undefined

test('the runtime that was fetched is the one that was published', () => {
  assert.equal(faultOfRuntime(process.execPath), undefined)
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  assert.equal(devDependencies.node, RUNTIME.version, 'a new version needs its hashes')
})

test('a runtime that was changed on the way is not packed', {
  skip: !known && 'no hash for this system'
}, async (t) => {
  const folder = temporaryFolder(t)
  const changed = path.join(folder, 'node')
  copyFileSync(process.execPath, changed)
  writeFileSync(changed, 'x', { flag: 'a' })
  await assert.rejects(
    buildDeb({ out: path.join(folder, 'out'), version: undefined, compression: 'none', runtime: changed }),
    /nothing was packed: .* is not Node .* as it was published/
  )
})
