import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Reachability } from '../../src/schemas/opinions/reachability.ts'
import { peerOf, startMesh } from '../cluster/opinions/world.ts'
import { createCli } from './world.ts'

test('reachability draws who does not reach whom, and explain names those who do', async (t) => {
  const { nodes, cut, passUntil } = await startMesh(t, ['node-a', 'node-b', 'node-c'])
  const [a, b, c] = nodes
  assert.ok(a && b && c)
  const cli = createCli(t)
  const well = await cli('reachability', { node: b })
  assert.equal(well.code, 0)
  assert.match(well.out, /^SEES +1 +2 +3\n1 node-b +· +\d+ ms +\d+ ms\n/)
  assert.match(well.out, /Everybody reaches whom they know\.$/)

  cut(a, c)
  await passUntil(async () => (await peerOf(a, 'node-c')).state === 'offline', 'the outage')
  const { out, code } = await cli('reachability', { node: b })
  assert.equal(code, 6)
  assert.match(out, /\n2 node-a +\d+ ms +· +offline\n3 node-c +\d+ ms +\d+ ms +·\n/)
  assert.match(out, /node-a does not reach node-c, which reaches node-a\.$/)

  const explained = await cli('explain node-c', { node: a })
  assert.equal(explained.code, 6)
  assert.match(explained.out, /\nOthers: Unreachable from here only: node-b reaches it\.\n/)
})

/** An agent that knows many, and tells nothing else. */
async function tellingOf(t: TestContext, map: Reachability) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(map))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { FLATRUN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, FLATRUN_TOKEN: 'key' }
}

test('of many servers only what is wrong is listed, with islands and those that told nothing', async (t) => {
  const nodes = Array.from({ length: 40 }, (_, node) => `web-${node}`)
  const sees = Object.fromEntries(nodes.map((name) => [name, { state: 'online' as const, latency_ms: 1 }]))
  const rows: Reachability['rows'] = Object.fromEntries(nodes.map((name) => [name, { answered: true, sees }]))
  rows['web-7'] = { answered: true, sees: { ...sees, 'web-9': { state: 'offline', scope: 'here_only' } } }
  rows['web-8'] = { answered: false, error: 'its agent does not tell what it sees', sees: {} }
  const islands = [nodes.slice(1), ['web-0']]
  const env = await tellingOf(t, { nodes, rows, asymmetric: [], islands })
  const { out, code } = await createCli(t, { env })('reachability')
  assert.equal(code, 6)
  assert.match(out, /^FROM +TO +STATE +OTHERS\nweb-7 +web-9 +offline +here_only\n\nIslands: web-1, .* \| web-0\n/)
  assert.match(out, /web-8 told nothing: its agent does not tell what it sees$/)
  assert.ok(out.split('\n').length < 10)
})
