import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startNode } from '../daemon.ts'
import { createCli } from './world.ts'

test('a test message tells of each target whether it took it', async (t) => {
  const server = createServer((_, response) => response.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const targets = [
    { type: 'webhook', name: 'on-call', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    { type: 'ntfy', url: 'http://127.0.0.1:1/topic' }
  ]
  const cli = createCli(t)
  const some = await startNode(t, { config: { 'alerts.targets': targets } })
  const { out, code } = await cli('alert test', { node: some })
  assert.match(out, /^TARGET +RESULT\non-call +sent +-\nntfy +failed +It could not be reached \(ECONNREFUSED\)$/)
  assert.equal(code, 1)

  const none = await cli('alert test', { node: await startNode(t) })
  assert.deepEqual([none.out, none.code], ['None', 0])
  assert.match(none.err, /alerts\.targets/)
})
