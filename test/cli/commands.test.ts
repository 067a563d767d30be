import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { join, READER_KEY, sees, startNode, temporaryFolder, until } from '../daemon.ts'
import { createCli } from './world.ts'

test('a server is invited, joins, is seen, asked, explained and removed by commands alone', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const cli = createCli(t)

  const invite = await cli("invite --note 'the new one' --expires 30m", { node: a })
  assert.equal(invite.code, 0)
  assert.match(invite.out, /^frc1\.\S+$/, 'the token alone is on stdout')
  assert.match(invite.err, /flatrun-cluster join TOKEN/)
  const listed = await cli('invite list', { node: a })
  assert.match(listed.out, /the new one/)
  assert.doesNotMatch(listed.out, /frc1\./)

  const shown = await cli(`invite show ${invite.out}`)
  assert.match(shown.out, /made by {3}web-1\naddress {3}http:\/\/127/)
  assert.match(shown.out, /expires {3}in (30|29)m/)

  const looked = await cli(`join --dry-run ${invite.out}`, { node: b })
  assert.equal(looked.out, 'it would succeed; nothing was spent')
  assert.match(looked.err, /✓ reach_back/)

  const joined = await cli('join -', { node: b, stdin: `${invite.out.slice(0, 40)}\n${invite.out.slice(40)}\n` })
  assert.equal(joined.code, 0, joined.err)
  assert.equal(joined.out, 'joined web-1')
  for (const step of ['read the invite', 'exchange keys with web-1', 'see web-1 online'])
    assert.match(joined.err, new RegExp(`✓ ${step}`))

  await sees(a, 'web-2', 'online')
  const peers = await cli('peers', { node: a })
  assert.match(peers.out, /^NAME +STATE +FOR +LATENCY +LAST SEEN +VERSION +URL\nweb-2 +online/)
  assert.match((await cli('status', { node: a })).out, /^web-1 .*\n.*\nfingerprint [0-9a-f-]{39}\n1 peer: 1 online$/)
  assert.equal((await cli('check', { node: a })).code, 0)
  assert.match((await cli('explain web-2', { node: a })).out, /^web-2 is online/)
  assert.equal((await cli('wait --for up web-2', { node: a })).code, 0)

  assert.equal((await cli('complete -- explain w', { node: a })).out, 'web-2', 'the shell completes names of peers')

  assert.equal((await cli('remove web-2', { node: a })).code, 2, 'nobody is asked without a terminal')
  const other = await cli('remove web-2', { node: a, answers: ['web-3'] })
  assert.equal(other.code, 1)
  assert.match((await cli('peers', { node: a })).out, /web-2/)
  assert.equal((await cli('remove web-2', { node: a, answers: ['web-2'] })).out, 'removed web-2')
  const none = await cli('peers', { node: a })
  assert.equal(none.out, 'None')
  assert.match(none.err, /flatrun-cluster invite/)
})

test('a join that fails says at which step, and what to do', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const cli = createCli(t)
  const { out: token } = await cli('invite', { node: a })

  const cut = await cli(`join ${token.slice(0, -3)}`, { node: b })
  assert.equal(cut.code, 1)
  assert.match(cut.err, /✗ read the invite\nError: this token was cut or changed/)

  const own = await cli(`join ${token}`, { node: a })
  assert.match(own.err, /→ Run this on the server that is to join/)

  await join(a, b)
  const again = await cli(`join ${token}`, { node: b })
  assert.equal(again.code, 1)
  assert.match(again.err, /→ Look at: flatrun-cluster peers/)

  const late = await cli(`join ${token}`, { node: b, now: () => Date.now() + 7_200_000 })
  assert.match(late.err, /this invite expired 1h ago|expired/)

  const plain = await cli('join abcdefghijklmnopqrstuvwxyz0123456789ABCDEF0=', { node: b })
  assert.equal(plain.code, 2)
  assert.match(plain.err, /--peer-url/)
})

test('each way to fail has an exit code of its own', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  const code = async (words: string, env?: Record<string, string>) =>
    (await cli(words, env ? { env: { FLATRUN_URL: node.url, ...env } } : {})).code
  assert.equal(await code('status'), 0)
  assert.equal(await code('cluster setup -f server_name=x -f advertise_url=http://127.0.0.1:1'), 1)
  assert.equal(await code('statis'), 2)
  assert.equal(await code('status --nothing'), 2)
  assert.equal(await code('status', { FLATRUN_URL: 'http://127.0.0.1:1', FLATRUN_TOKEN: 'x' }), 3)
  assert.equal(await code('status', { FLATRUN_TOKEN: 'a-wrong-key-0123456789' }), 4)
  assert.equal(await code('invite', { FLATRUN_TOKEN: READER_KEY }), 4)
  assert.equal(await code('explain web-9'), 5)
  assert.equal(await code('wait --for up web-9 --timeout 50ms'), 6)
})

test('Ctrl-C ends what goes on with 130', async (t) => {
  const node = await startNode(t)
  const stop = new AbortController()
  const ran = createCli(t, { node })('events --follow', { signal: stop.signal, onLine: () => stop.abort() })
  assert.equal((await ran).code, 130)
})

test('a mistyped command is told the nearest one', async (t) => {
  const { err, code } = await createCli(t)('pers')
  assert.equal(code, 2)
  assert.match(err, /unknown command 'pers'\n\(Did you mean peers\?\)/)
})

test('every command has a summary, and every one that people type has an example', async (t) => {
  const cli = createCli(t)
  const { out } = await cli('--help')
  const names = [...out.matchAll(/^ {2}([a-z]+)[|\s]/gm)].map((match) => match[1] ?? '')
  assert.ok(names.length > 18, names.join(' '))
  for (const name of new Set(names)) {
    const help = await cli(`${name} --help`)
    assert.equal(help.code, 0, name)
    if (!['version', 'flatrun', 'help'].includes(name)) assert.match(help.out, /Examples:/, name)
  }
})

test('--json is the answer of the API, word for word', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  const { body } = await node.call('GET', '/api/cluster/invites')
  assert.deepEqual(JSON.parse((await cli('invite list --json')).out), body)
  assert.deepEqual(JSON.parse((await cli('peers --json')).out), { peers: [] })
})

test('what others wrote cannot command the terminal', async (t) => {
  const node = await startNode(t)
  await node.call('POST', '/api/cluster/invite', { note: 'red \u001b[31m\u0007\u009b31m alert' })
  const { out } = await createCli(t, { node })('invite list')
  assert.match(out, /red +\[31m/)
  const { err } = await createCli(t, { node })("api get '/no\u009b31mthing'")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the same
  assert.doesNotMatch(err, /[\u001b\u0007\u009b]/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(out, /[\u001b\u0007\u009b]/)
})

test('colours are for terminals, and for nobody who said no', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  assert.ok((await cli('status', { colors: true })).out.includes('\u001b['))
  assert.ok(!(await cli('status --no-color', { colors: true })).out.includes('\u001b['))
  assert.ok(!(await cli('status --json', { colors: true })).out.includes('\u001b['))
})

test('events are listed, narrowed, and followed until nobody reads any more', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  await cli('invite')
  const { out, code } = await cli('events')
  assert.equal(code, 0)
  assert.match(out, /node\.started[^\n]*\n.*invite\.created/)
  assert.doesNotMatch((await cli('events --type invite.created')).out, /node\.started/)
  const lines = (await cli('events --json')).out.split('\n').map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['node.started', 'invite.created']
  )
  const stop = new AbortController()
  const heard: string[] = []
  const following = cli('events --follow --type invite.created', {
    signal: stop.signal,
    onLine: (line) => void heard.push(line)
  })
  await until(() => heard.length === 1, 'the first event')
  await cli('invite')
  await until(() => heard.length === 2, 'the second event')
  stop.abort()
  assert.equal((await following).code, 130)
})

test('waiting takes an agent that is not there yet for one that starts', async (t) => {
  const cli = createCli(t)
  const env = { FLATRUN_URL: 'http://127.0.0.1:1', FLATRUN_TOKEN: 'x' }
  const late = await cli('wait --for ready --timeout 60ms', { env })
  assert.equal(late.code, 6)
  assert.match(late.err, /not within .*refuses connections/)
})

test('the fleet in two tables, and a server that is silent is named', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  await join(a, b)
  await sees(a, 'web-2', 'online')
  const cli = createCli(t, { node: a })
  assert.match((await cli('stats')).out, /^SERVER +CPU[^\n]*\nweb-1 [^\n]*\nweb-2 /)
  const noEngine = 'No container engine is configured (docker_socket is empty)'
  assert.deepEqual(await cli('deployments'), {
    code: 0,
    out: 'None',
    err: `web-1: ${noEngine}\nweb-2: ${noEngine}`
  })
  await b.stop()
  const { code, err } = await cli('stats')
  assert.equal(code, 6)
  assert.match(err, /^web-2 gave no answer/)
})

test('a peer that waits is approved, its keys are changed, and both are in the audit', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const cli = createCli(t, { node: a })
  const { out: token } = await cli('invite --approval')
  await b.call('POST', '/api/cluster/accept', { invite_token: token })
  const approved = await cli('approve web-2')
  assert.match(approved.out, /^web-2 is let in/, approved.err)
  await sees(a, 'web-2', 'online')
  const rotated = await cli('rotate web-2')
  assert.equal(rotated.code, 0, rotated.err)
  const { out } = await cli('audit --limit 10')
  assert.match(out, /operator key-1 +POST \/api\/cluster\/peers\/:name\/rotate +web-2 +127\.0\.0\.1 +200/)
  assert.match(out, /peers\/:name\/approve/)
  assert.equal((await cli('audit --limit many')).code, 2)
})

test('the doctor finds what is wrong, from the address to the peers', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  await join(a, b)
  await sees(a, 'web-2', 'online')
  const cli = createCli(t, { node: a })
  const well = await cli('doctor')
  assert.equal(well.code, 0, well.out)
  assert.match(well.out, /✓ agent .*\n✓ key /)
  assert.match(well.out, /✓ peer web-2 {2}online/)
  const off = await cli('doctor', { now: () => Date.now() + 300_000 })
  assert.equal(off.code, 6)
  assert.match(off.out, /✗ clock {2}(300|299) s off this one\n {2}→ Set both by NTP/)
  const alone = await cli('doctor', { env: { FLATRUN_URL: 'http://127.0.0.1:1' } })
  assert.equal(alone.code, 6)
  assert.match(alone.out, /✗ agent .*refuses connections.*\n {2}→ Is the agent running\?/)
})

test('the agent of this machine is found with its key, and its key goes to no other', async (t) => {
  const folder = temporaryFolder(t)
  const node = await startNode(t, { folder, config: { 'auth.api_keys': [] } })
  const cli = createCli(t, { cwd: folder })
  assert.equal(readFileSync(path.join(folder, 'data', 'url'), 'utf8').trim(), node.url)
  const { code, out, err } = await cli('status')
  assert.equal(code, 0, err)
  assert.match(out, new RegExp(`^node-a .* at ${node.url}`))

  const other = await startNode(t, { name: 'other' })
  const elsewhere = await cli(`status --url ${other.url}`)
  assert.equal(elsewhere.code, 4)
  assert.match(elsewhere.err, /No key is known for it/)
})

test('flags stand above the environment, the environment above the profile', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const cli = createCli(t)
  const key = path.join(temporaryFolder(t), 'key')
  writeFileSync(key, 'test-operator-key-0123456789abcdef\n')
  assert.equal((await cli(`login --url ${a.url} --token-file ${key}`)).out, 'Saved profile "default"')
  assert.match((await cli('status')).out, /^web-1 /)
  assert.match((await cli('status', { node: b })).out, /^web-2 /)
  assert.match((await cli(`status --url ${a.url}`, { node: b })).out, /^web-1 /)
})
