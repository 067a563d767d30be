import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { readText } from '../../../src/local/disk/text.ts'
import { temporaryFolder } from '../../daemon.ts'

/** Enough that without the check a few dozen of them are read outside. */
const READS = 3_000

/** Puts a link to elsewhere in a folder's place and the folder back, as fast as it can, for as long as its parent lives. */
const SWAPPER = `
  const { renameSync } = require('node:fs')
  const [folder, kept, link] = process.argv.slice(1)
  const parent = process.ppid
  console.log('ready')
  while (process.ppid === parent) {
    renameSync(folder, kept); renameSync(link, folder)
    renameSync(folder, link); renameSync(kept, folder)
  }`

for (const resolved of [false, true]) {
  const way = resolved ? ', with a path that was resolved before' : ''
  test(`a folder that is swapped for a link while it is read never leads outside${way}`, (t) =>
    swapWhileReading(t, resolved))
}

async function swapWhileReading(t: TestContext, resolved: boolean): Promise<void> {
  const place = realpathSync(temporaryFolder(t))
  const [root, outside] = [path.join(place, 'deployments'), path.join(place, 'outside')]
  const folder = path.join(root, 'shop')
  for (const made of [root, outside, folder]) mkdirSync(made)
  writeFileSync(path.join(folder, 'compose.yml'), 'inside')
  writeFileSync(path.join(outside, 'compose.yml'), 'outside')
  symlinkSync(outside, path.join(root, 'link'))
  const swapper = spawn(process.execPath, ['-e', SWAPPER, folder, path.join(root, 'kept'), path.join(root, 'link')])
  t.after(() => swapper.kill('SIGKILL'))
  await once(swapper.stdout, 'data')

  const seen = { inside: 0, outside: 0, refused: 0 }
  for (let count = 0; count < READS; count++) {
    const limits = { root, rootName: 'deployments_path', maxBytes: 1_024, resolved }
    const text = await readText(path.join(folder, 'compose.yml'), limits).then(
      (found) => found?.text,
      () => undefined
    )
    seen[text === 'inside' || text === 'outside' ? text : 'refused'] += 1
  }
  t.diagnostic(JSON.stringify(seen))
  assert.equal(seen.outside, 0)
  assert.ok(seen.inside > 0)
}
