import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/local/compose/fault.ts'
import { createAsRun } from '../../../src/local/disk/as-run.ts'
import { createFolders, LARGE } from '../../../src/local/disk/folders.ts'
import { folder } from '../folder.ts'

const COMPOSE = 'services: { web: { image: nginx } }\n'

test('a project that was started with a file that cannot be read is a fault of its own', async (t) => {
  const root = await folder(t, {
    'shop/compose.yaml': COMPOSE,
    'shop/large.yaml': `${COMPOSE}# ${'x'.repeat(LARGE)}\n`
  })
  const asRun = createAsRun({
    root,
    readLarge: async () => {
      throw new Fault('could not be read in time')
    }
  })
  const [shop] = (await createFolders({ root })()).folders
  assert.ok(shop)

  const { error, services, startedWith } = await asRun(shop, ['large.yaml'])
  assert.equal(error, 'shop could not be read in time')
  assert.deepEqual([services, startedWith], [[], { files: ['large.yaml'] }])
})
