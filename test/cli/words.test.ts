import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from 'commander'
import { adminCommands } from '../../src/admin/commands.ts'
import { complete } from '../../src/cli/completion.ts'
import { processIo } from '../../src/cli/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { tableOf } from '../../src/cli/text/table.ts'
import { painter } from '../../src/cli/text/words.ts'
import { join, sees, startNode, until } from '../daemon.ts'
import { createCli } from './world.ts'

const program = () =>
  createProgram({ io: processIo(), version: '0', ended: () => {}, locals: (at, machine) => adminCommands(at, machine) })

test('every command and every option has a sentence of help', () => {
  const look = (command: Command, way: string) => {
    assert.notEqual(command.description(), '', way)
    for (const option of command.options) assert.notEqual(option.description, '', `${way} ${option.flags}`)
    for (const one of command.commands) look(one, `${way} ${one.name()}`)
  }
  look(program(), 'flatrun-cluster')
})

test('completion offers what may come there, and nothing else', () => {
  const words = (...typed: string[]) => complete(program(), typed)
  assert.deepEqual(words('wait', '--for', ''), { words: ['ready', 'up', 'down', 'gone'], peers: false })
  assert.deepEqual(words('--profile', 'status', 'ev').words, ['events'])
  assert.deepEqual(words('wait', 'web-1', 'w'), { words: [], peers: true })
  assert.deepEqual(words('silence', 'w'), { words: [], peers: true })
  assert.deepEqual(words('explain', ''), { words: [], peers: true })
  assert.deepEqual(words('logs', ''), { words: [], peers: false })
  assert.deepEqual(words('logs', 'shop', '--on', ''), { words: [], peers: true })
  assert.deepEqual(words('deployment', 'restart', 'shop', '--on', 'w'), { words: [], peers: true })
  assert.deepEqual(words('machine', 'graph', 'j').words, ['joining'])
  // A token and not a command of the family is being typed.
  assert.deepEqual(words('invite', 'show', ''), { words: [], peers: false })
  assert.ok(!words('deployments', '--').words.includes('--server'))
})

test('a table is straight with characters that take two columns or none', () => {
  const lines = tableOf(
    ['NAME', 'NEXT'],
    [
      ['店舗', 'x'],
      ['cafe\u0301', 'x'],
      ['🚀', 'x'],
      ['abcd', 'x']
    ],
    painter(false)
  ).split('\n')
  assert.deepEqual(
    lines.slice(1).map((line) => line.slice(0, line.indexOf('x'))),
    ['店舗  ', 'cafe\u0301  ', '🚀    ', 'abcd  ']
  )
})

test('servers are named in any case, this one too', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'Web-2' })
  await join(b, a)
  await sees(a, 'Web-2', 'online')
  const cli = createCli(t, { node: a })
  assert.equal((await cli('deployment list --on WEB-1')).code, 0)
  for (const words of [
    'explain web-2',
    'check web-2',
    'wait --for up WEB-2',
    'deployment list --on web-2',
    'policy WEB-2'
  ]) {
    const { code, err } = await cli(words)
    assert.equal(code, 0, `${words}: ${err}`)
  }
  assert.match((await cli('events --peer web-2 --type peer.joined')).out, /Web-2/)
  assert.equal((await cli('remove WEB-2 --yes')).out, 'removed Web-2')
})

test('words that fingers expect are there', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const cli = createCli(t, { node: a })
  for (const words of ['ps', 'ls', 'nodes', 'events --since 2h']) assert.equal((await cli(words)).code, 0, words)
  const near = await cli('sign-in')
  assert.match(near.out, new RegExp(`^${a.url}/#ticket=\\S+$`))
  const { port } = new URL(a.url)
  assert.equal(near.err, `For a browser on another machine: there, first, ssh -L ${port}:127.0.0.1:${port} web-1`)
  const known = await startNode(t, { config: { 'cluster.advertise_url': 'http://192.0.2.10:8090' } })
  assert.equal(
    (await cli('sign-in', { node: known })).err,
    'For a browser on another machine: begin the link with http://192.0.2.10:8090'
  )
  const { code, err } = await cli('logs shop')
  assert.equal(code, 5)
  assert.match(err, /deployment "shop" not found/)
})

test('events have the time of this machine, marked, and their facts', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const cli = createCli(t, { node: a })
  const { out } = await cli('events --type node.started')
  assert.match(out, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d {2}node\.started {2}.*version=\S+/)
  const { events } = { events: JSON.parse((await cli('events --type node.started --json')).out) }
  assert.equal(Date.parse(out.slice(0, 25).replace(' ', 'T')), Math.floor(Date.parse(events.at) / 1_000) * 1_000)
  assert.equal((await cli('events --since 1h', { now: () => Date.now() + 7_200_000 })).out, '')
  assert.equal((await cli('events --since yesterday')).code, 2)
})

test('what a new peer may do is said, and is one line to change', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  const invite = createCli(t, { node: a })
  assert.match((await invite('invite')).err, /may list, start, stop and restart deployments here/)
  const { out: token, err } = await invite('invite --grants read')
  assert.doesNotMatch(err, /may list, start/)
  const joined = await createCli(t, { node: b })(`join ${token}`)
  assert.equal(joined.code, 0, joined.err)
  assert.match(joined.err, /web-1 may list, start, stop and restart deployments here; .*policy web-1 read/)
  assert.doesNotMatch((await invite('policy web-2')).out, /deployments\.run/)
  assert.match((await invite('policy web-2 run')).out, /deployments\.run +all/)
  assert.match((await invite('policy web-2 none')).out, /web-2 may do nothing here/)
  assert.equal((await invite('policy web-2 everything')).code, 2)
})

test('a value that the server refuses is wrong usage', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const { code, err } = await createCli(t, { node: a })('invite --expires 900h')
  assert.equal(code, 2, err)
})

test('profiles are listed as JSON, without their keys', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const cli = createCli(t)
  await cli(`login --url ${a.url} --token test-operator-key-0123456789abcdef`)
  assert.deepEqual(JSON.parse((await cli('configure list --json')).out), {
    profiles: [{ name: 'default', url: a.url, current: true }]
  })
})

test('a server leaves in one word, and its peers know', async (t) => {
  const a = await startNode(t, { name: 'web-1' })
  const b = await startNode(t, { name: 'web-2' })
  await join(b, a)
  await sees(a, 'web-2', 'online')
  const cli = createCli(t, { node: a })
  assert.equal((await cli('leave')).code, 2)
  assert.equal((await cli('leave', { answers: ['n'] })).code, 1)
  assert.equal((await a.call('GET', '/api/cluster/peers')).body.peers.length, 1)
  const { out, err } = await cli('leave', { answers: ['yes'] })
  assert.deepEqual([out, err.split('\n').at(-1)], ['this server has left 1 peer', 'removed web-2'])
  assert.equal((await a.call('GET', '/api/cluster/peers')).body.peers.length, 0)
  await until(async () => {
    const { peers } = (await b.call('GET', '/api/cluster/peers')).body
    return peers.every(({ online }: { online: boolean }) => !online)
  }, 'the peer knows')
})
