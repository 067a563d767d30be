import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { join, sees, startNode, until } from '../daemon.ts'

test('the last values of a server that is away outlive a restart of this one, dated', async (t) => {
  const [first, second] = await Promise.all([startNode(t, { name: 'a' }), startNode(t, { name: 'b' })])
  assert.equal((await join(first, second)).status, 200)
  await sees(first, 'b', 'online')
  const stats = async (node: typeof first) => (await node.call('GET', '/api/cluster/stats?stale=true')).body.servers
  const known = (await stats(first)).b.data.system.memory.total
  await second.stop()
  await first.stop()
  const file = path.join(first.folder, 'data', 'answers.json')
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const again = await startNode(t, { name: 'a', folder: first.folder })
  const b = await until(async () => {
    const { b } = await stats(again)
    return b.stale === true && b
  })
  assert.deepEqual([b.online, b.data.system.memory.total], [false, known])
  assert.ok(b.age_ms > 0 && typeof b.error === 'string')
  assert.equal((await again.call('GET', '/api/cluster/stats')).body.servers.b.data, undefined)

  await again.call('DELETE', '/api/cluster/peers/b')
  await again.stop()
  assert.equal(readFileSync(file, 'utf8'), '')
})

test('what cannot be an answer is not taken for one', async (t) => {
  const first = await startNode(t, { name: 'a' })
  await first.stop()
  const file = path.join(first.folder, 'data', 'answers.json')
  for (const text of ['{', '{"key":"stats self","at":1,"text":"\\"data\\":{"}', '{"key":1}\n[]']) {
    writeFileSync(file, text)
    const again = await startNode(t, { name: 'a', folder: first.folder })
    const { status, body } = await again.call('GET', '/api/cluster/stats?stale=true')
    assert.deepEqual([status, Object.keys(body.servers)], [200, ['a']])
    await again.stop()
  }
})
