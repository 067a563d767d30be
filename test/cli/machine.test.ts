import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createMachine } from 'xstate'
import { join, request, sees, startNode, temporaryFolder, until } from '../daemon.ts'
import { createCli } from './world.ts'

test('machine list and machine show tell how the machines run now', async (t) => {
  const [web1, web2] = [await startNode(t, { name: 'web-1' }), await startNode(t, { name: 'web-2' })]
  await join(web2, web1)
  await sees(web1, 'web-2', 'online')
  const cli = createCli(t, { node: web1 })

  const list = await cli('machine list')
  assert.equal(list.code, 0)
  assert.match(list.out, /^MACHINE +ABOUT +STATES$/m)
  assert.match(list.out, /^peer +web-2 +probe\.watching {2}health\.online$/m)
  assert.match(list.out, /^supervisor /m)

  const peer = await cli('machine show web-2')
  assert.match(peer.out, /^peer of web-2 /m)
  assert.match(peer.out, /^health\.online +● +It answers/m)
  assert.match(peer.out, /^health +● /m)
  assert.match(peer.out, /^health\.offline +It failed too often/m)

  const all = await cli('machine show peer --json')
  const { definition, actors } = JSON.parse(all.out)
  assert.equal(definition.id, 'peer')
  assert.equal(actors.length, 1)
  const none = await cli('machine show joining')
  assert.match(none.out, /^asking +0 +Posts the exchange/m)

  const nobody = await cli('machine show web-9')
  assert.equal(nobody.code, 5)
  assert.match(nobody.err, /no machine and no peer is called "web-9"/)
  assert.match(nobody.err, /joining, peer, supervisor/)
})

test('machine graph draws without an agent, in each format', async (t) => {
  const cli = createCli(t, { env: { FLATRUN_URL: 'http://127.0.0.1:1' } })
  assert.match((await cli('machine graph joining')).out, /^stateDiagram-v2\n/)
  assert.match((await cli('machine graph peer --format svg')).out, /^<svg [\s\S]*<\/svg>$/)
  for (const words of ['machine graph peer --format json', 'machine graph peer --json']) {
    const definition = JSON.parse((await cli(words)).out)
    assert.deepEqual(Object.keys(createMachine(definition).root.states), ['probe', 'health'])
  }
  const wrong = await cli('machine graph nothing')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /joining, peer, supervisor/)
})

test('inspect prints a link that signs in once', async (t) => {
  const node = await startNode(t, { name: 'web-1', config: { 'cluster.inspector.enabled': true } })
  await join(await startNode(t, { name: 'web-2' }), node)
  const cli = createCli(t, { node })
  const { out, code } = await cli('inspect')
  assert.equal(code, 0)
  const link = new URL(out)
  assert.equal(link.origin + link.pathname, `${node.url}/inspect`)
  const ticket = link.hash.slice('#ticket='.length)
  const login = () => request(`${node.url}/api/auth/login`, { method: 'POST', body: { ticket } })
  assert.equal((await login()).status, 200)
  assert.equal((await login()).status, 401)

  assert.match((await cli(`inspect ${node.url} --peer web-2`)).out, /\/inspect\?peer=web-2#ticket=/)
  assert.match((await cli('inspect --joins')).out, /\/inspect\?watch=joins#ticket=/)
  const unknown = await cli('inspect --peer web-9')
  assert.equal(unknown.code, 5)
  assert.match(unknown.err, /peer "web-9" not found/)
})

test('inspect --open shows no ticket to those who list processes', async (t) => {
  const node = await startNode(t, { config: { 'cluster.inspector.enabled': true } })
  const folder = temporaryFolder(t)
  const seen = path.join(folder, 'seen')
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\nprintf %s "$*" > ${seen}.part && mv ${seen}.part ${seen}\n`)
    chmodSync(path.join(folder, name), 0o755)
  }
  const before = process.env.PATH
  process.env.PATH = `${folder}:${before}`
  t.after(() => {
    process.env.PATH = before
  })
  const { out } = await createCli(t, { node })('inspect --open')
  assert.match(out, /#ticket=/)
  await until(() => existsSync(seen), 'the browser')
  assert.equal(readFileSync(seen, 'utf8'), `${node.url}/inspect`)
})

test('inspect says that it is off, and how it is turned on', async (t) => {
  const node = await startNode(t)
  const { code, err } = await createCli(t, { node })('inspect')
  assert.equal(code, 5)
  assert.match(err, /set cluster\.inspector\.enabled: true/)
})

test('a session gets no ticket, which would let it go on for ever; the link then asks for a key', async (t) => {
  const node = await startNode(t, { config: { 'cluster.inspector.enabled': true } })
  const { body } = await node.call('POST', '/api/auth/login', { api_key: 'test-operator-key-0123456789abcdef' })
  const { status } = await node.call('POST', '/api/auth/ticket', undefined, { authorization: `Bearer ${body.token}` })
  assert.equal(status, 403)
  const { out } = await createCli(t, { node })('inspect', { node, env: { FLATRUN_TOKEN: body.token } })
  assert.equal(out, `${node.url}/inspect`)
})
