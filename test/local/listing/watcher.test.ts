import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createEngine } from '../../../src/local/engine/client.ts'
import { createWatched } from '../../../src/local/listing/watcher.ts'
import { folder, write } from '../folder.ts'

const COMPOSE = 'services: { web: { image: nginx } }\n'

async function watched(t: TestContext, files: Record<string, string>) {
  const deploymentsPath = await folder(t, files)
  const closing = new AbortController()
  let told = (_: string) => {}
  const all = createWatched({
    deploymentsPath,
    engine: createEngine({ socket: '', timeoutMs: 1_000 }),
    hasEngine: false,
    signal: closing.signal,
    onChange: ({ name }) => told(name)
  })
  // The watch itself keeps no process alive.
  const alive = setInterval(() => {}, 1_000)
  t.after(async () => {
    clearInterval(alive)
    closing.abort()
    await all.close()
  })
  const names = async () => (await all.current()).list.deployments.map(({ name }) => name)
  await names()
  return { deploymentsPath, names, change: () => new Promise<string>((resolve) => (told = resolve)) }
}

test('a folder that becomes a deployment, and one that is none any more, are told of at once', async (t) => {
  const { deploymentsPath, names, change } = await watched(t, { 'a/compose.yml': COMPOSE, 'b/notes.txt': '' })
  assert.deepEqual(await names(), ['a'])

  const first = change()
  await write(deploymentsPath, { 'b/compose.yml': COMPOSE })
  assert.equal(await first, 'b')
  const second = change()
  await rm(path.join(deploymentsPath, 'a', 'compose.yml'))
  assert.equal(await second, 'a')
  assert.deepEqual(await names(), ['b'])
})
