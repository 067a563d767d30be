import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { join, sees, startNode, temporaryFolder } from '../daemon.ts'
import { createCli } from './world.ts'

test("FlatRun's cluster commands work with FlatRun's flags, and print as FlatRun's do", async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const cli = createCli(t)
  const invited = await cli('cluster invite', { node: a })
  const { invite_token: token } = JSON.parse(invited.out)
  const accepted = await cli(`cluster accept -f invite_token=${token} -f peer_url=${a.url}`, { node: b })
  assert.equal(JSON.parse(accepted.out).status, 'peered')
  await sees(a, 'web-2', 'online')
  assert.equal(JSON.parse((await cli('cluster status', { node: a })).out).server_name, 'web-1')
  assert.match((await cli('cluster peers', { node: a })).out, /^NAME +URL +ONLINE +LAST SEEN +ID +STATUS\nweb-2 /)
  assert.match((await cli('clusters peers', { node: a })).out, /^NAME/, 'singular and plural are one')
  assert.ok(JSON.parse((await cli('cluster stats', { node: a })).out).servers['web-1'])
  assert.ok(JSON.parse((await cli('cluster deployments --json', { node: a })).out).servers['web-2'])
  assert.equal(JSON.parse((await cli('cluster peers-delete web-2', { node: a })).out).status, 'removed')
  assert.equal((await cli('cluster peers', { node: a })).out, 'None')
})

test('values of -f that read as JSON are sent as JSON', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  const approved = await cli("cluster invite -f require_approval=true -f 'note=all of it'")
  assert.equal(approved.code, 0, approved.err)
  const { body } = await node.call('GET', '/api/cluster/invites')
  assert.equal(body.invites[0].require_approval, true)
  assert.equal(body.invites[0].note, 'all of it')
  assert.equal((await cli('cluster invite -f nothing')).code, 2)
})

test('any route can be called, with a body from a file or from stdin', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  await join(a, b)
  await sees(a, 'web-2', 'online')
  const cli = createCli(t, { node: a })
  const policy = JSON.stringify({ grants: [{ capability: 'fleet.read' }] })
  const file = path.join(temporaryFolder(t), 'policy.json')
  writeFileSync(file, policy)
  assert.match((await cli(`api put /cluster/peers/web-2/policy --data @${file}`)).out, /fleet\.read/)
  assert.match((await cli('api put /api/cluster/peers/web-2/policy --data -', { stdin: policy })).out, /fleet\.read/)
  assert.equal(JSON.parse((await cli('api get /cluster/peers/web-2/proxy/health')).out).name, 'web-2')
  const history = await cli('api get /cluster/peers/web-2/history -q range=day --json')
  assert.equal(JSON.parse(history.out).range, 'day')
  const wrong = await cli('api put /cluster/peers/web-2/policy --data {')
  assert.equal(wrong.code, 2)
  const refused = await cli('api get /nothing')
  assert.equal(refused.code, 5)
  assert.match(refused.err, /^Error: GET \/api\/nothing not found \(404, not_found, request [0-9a-f-]{36}\)/)
})

test('deployments have their FlatRun words, here and on a peer', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  await join(a, b)
  await sees(a, 'web-2', 'online')
  const cli = createCli(t, { node: a })
  assert.deepEqual(await cli('deployment list'), { code: 0, out: 'None', err: '' })
  assert.equal((await cli('deployment list --server web-2')).out, 'None')
  for (const words of ['info', 'get', 'restart', 'logs'])
    assert.equal((await cli(`deployment ${words} shop`)).code, 5, words)
  assert.equal((await cli('deployment info shop --server web-2')).code, 5)
})
