import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { digest } from '../../../src/security/tokens.ts'
import { credentialContext } from '../../../src/store/contexts.ts'
import { join, sees, until } from '../../daemon.ts'
import { storedOf } from '../signed-post.ts'
import { joinAll, knows, mesh, named, peersOf } from './world.ts'

test('two servers of which one was put back from a backup make new keys by themselves', async (t) => {
  const [a, b] = [await named(t, 'a'), await named(t, 'b')]
  await join(a, b)
  await knows(a, 'b')
  await knows(b, 'a')
  await b.stop()
  const file = path.join(b.folder, 'data', 'cluster.db')
  copyFileSync(file, `${file}.backup`)

  const again = await named(t, 'b', { folder: b.folder, config: { 'cluster.advertise_url': '' } })
  await sees(again, 'a', 'online')
  assert.equal((await again.call('POST', '/api/cluster/peers/a/rotate')).status, 200)
  await until(
    async () => again.daemon.events.since(0).filter(({ type }) => type === 'peer.rekeyed').length > 1,
    'the change'
  )
  await again.stop()
  copyFileSync(`${file}.backup`, file)
  for (const left of ['-wal', '-shm']) rmSync(file + left, { force: true })

  const restored = await named(t, 'b', { folder: b.folder })
  await until(
    async () =>
      restored.daemon.events
        .since(0)
        .some(({ type, reason }) => type === 'peer.rekeyed' && reason?.includes('made new keys')),
    'new keys'
  )
  await mesh([a, restored])
})

test('the keys of two that were introduced are known to no third server, and lie nowhere in the clear', async (t) => {
  const door = await named(t, 'door')
  const [b, c] = [await named(t, 'b'), await named(t, 'c')]
  await joinAll(door, b)
  await joinAll(door, c)
  await mesh([door, b, c])
  await until(async () => (await peersOf(b)).length === 2, 'b settled')
  const keys = [b, c].flatMap((node) => {
    const { members, open } = storedOf(node)
    return members.flatMap(({ id, name, credential: { sealed, previous } }) =>
      name === 'door' ? [] : [sealed, ...(previous ? [previous] : [])].map((text) => open(text, credentialContext(id)))
    )
  })
  assert.ok(keys.length >= 2)
  for (const node of [door, b, c]) {
    const folder = path.join(node.folder, 'data')
    const written = readdirSync(folder)
      .map((name) => readFileSync(path.join(folder, name), 'latin1'))
      .join()
    for (const key of keys) {
      assert.ok(!written.includes(key), `${node.name} has a key in the clear`)
      if (node === door) assert.ok(!written.includes(digest(key)), 'the introducer has not even its digest')
    }
  }
})
