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

test('a server is silenced for a while, shown, and heard again', async (t) => {
  const cli = createCli(t)
  const node = await startNode(t, { name: 'web-1', config: { 'cluster.tags': ['lab'] } })
  assert.equal((await cli('alert list', { node })).out, 'No targets, nothing wrong, no silences')
  const made = await cli('silence web-1 2h --reason memory', { node })
  assert.match(made.out, /^Nobody is told of web-1 until \d{4}-.* \([0-9a-f-]{36}\)$/)
  assert.match((await cli('silence --tag lab 1d', { node })).out, /servers with the tag lab until/)
  const { out } = await cli('alert list', { node })
  assert.match(out, /^SILENCE +OF +UNTIL +BY\n[0-9a-f-]{36} +web-1 +.* +key-1: memory\n[0-9a-f-]{36} +tag lab /)
  const [, id = ''] = /\(([0-9a-f-]{36})\)/.exec(made.out) ?? []
  assert.equal((await cli(`silence --end ${id}`, { node })).out, 'The silence is over')
  const again = await cli(`silence --end ${id}`, { node })
  assert.equal(again.code, 5)
  assert.match(again.err, /no such silence/)
  assert.equal((await cli('silence web-1', { node })).code, 2)
  assert.match((await cli('silence web-1 100d', { node })).err, /at most 90d/)
  assert.match((await cli('silence nobody 2h', { node })).err, /not found/)
  const unknown = await cli('silence --tag labb 2h', { node })
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /no server has the tag "labb"; there are lab/)
  assert.match(
    (await cli('silence web-1 2h --everywhere', { node })).out,
    /^Nobody is told of web-1 .*, and its peers know \(/
  )
  assert.match((await cli('silence --all 2h --everywhere', { node })).err, /only of the server that is asked/)
})
