import assert from 'node:assert/strict'
import { watch as watchFiles } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createDiskWatch } from '../../../src/local/disk/watch.ts'
import { folder, write } from '../folder.ts'

function watchFolders(t: TestContext, root: string) {
  let heard = () => {}
  const watch = createDiskWatch({ root, onChange: () => heard() })
  t.after(() => watch.close())
  const changed = () => new Promise<void>((resolve) => (heard = resolve))
  return { ...watch, changed }
}

test('a compose file that is written is noticed, and what else happens there is not', async (t) => {
  const root = await folder(t, { 'web/compose.yml': 'a', 'web/access.log': '' })
  const watch = watchFolders(t, root)
  assert.deepEqual(watch.update([path.join(root, 'web')]), [root, path.join(root, 'web')])
  assert.deepEqual(watch.update([path.join(root, 'web')]), [])
  assert.equal(watch.complete(), true)

  let early = 0
  const changed = watch.changed()
  // The system tells all watches of an event together, so this one has heard when the other would have.
  const own = watchFiles(path.join(root, 'web'))
  t.after(() => own.close())
  const heard = new Promise<void>((resolve) => own.on('change', (_, file) => file === 'data.db' && resolve()))
  void changed.then(() => (early += 1))
  await write(root, { 'web/access.log': 'line', 'web/data.db': 'x' })
  await heard
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(early, 0)

  await write(root, { 'web/compose.yml': 'b' })
  await changed
})

test('what is watched only from now on is told: somebody may have read it before', async (t) => {
  const root = await folder(t, { 'web/compose.yml': 'a', 'web/more.yml': 'a', 'web/sub/other.yml': 'a' })
  const [web, sub] = [path.join(root, 'web'), path.join(root, 'web', 'sub')]
  const watch = watchFolders(t, root)
  watch.update([])
  watch.add(web)
  const files = new Set([path.join(web, 'more.yml')])

  assert.deepEqual(watch.update([web]), [])
  assert.deepEqual(watch.update([web], files), [web])
  assert.deepEqual(watch.update([web, sub], files), [sub])
  assert.deepEqual(watch.update([web, sub], files), [])
  const changed = watch.changed()
  await write(root, { 'web/more.yml': 'b' })
  await changed
})

test('a folder that was deleted and made anew is watched anew', async (t) => {
  const root = await folder(t, { 'web/compose.yml': 'a' })
  const web = path.join(root, 'web')
  const watch = watchFolders(t, root)
  watch.update([web])

  while (watch.complete()) {
    const changed = watch.changed()
    await rm(web, { recursive: true, force: true })
    await changed
  }
  await write(root, { 'web/compose.yml': 'b' })
  assert.deepEqual(watch.update([web]), [web])
  const changed = watch.changed()
  await write(root, { 'web/compose.yml': 'c' })
  await changed
})

test('a place that cannot be watched makes the watch incomplete', async (t) => {
  const root = await folder(t)
  const watch = watchFolders(t, root)
  watch.update([path.join(root, 'none')])

  assert.equal(watch.complete(), false)
})
