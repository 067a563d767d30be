import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { configFile } from '../config/world.ts'
import { temporaryFolder } from '../daemon.ts'
import { createAdmin } from './world.ts'

test('a right config is said to be right, with its notes', async (t) => {
  const file = configFile(t, 'nginx: {}')
  const { code, out, err } = await createAdmin(t, temporaryFolder(t))(`config check ${file}`)
  assert.deepEqual({ code, out }, { code: 0, out: `${file}: right` })
  assert.equal(err, `note: ${file}: FlatRun's, and without meaning here: nginx`)
})

test('a wrong config ends with 78 and every fault', async (t) => {
  const { code, err } = await createAdmin(t, temporaryFolder(t))(`config check ${configFile(t, 'a: 1\nb: 2')}`)
  assert.equal(code, 78)
  assert.match(err, /^config\.yml:1:1: a: unknown key.*\nconfig\.yml:2:1: b: unknown key/)
})

test('faults are JSON for programs', async (t) => {
  const file = configFile(t, 'api: { port: x }')
  const { code, out } = await createAdmin(t, temporaryFolder(t))(`config check --json --config ${file}`)
  assert.equal(code, 78)
  assert.deepEqual(JSON.parse(out), {
    ok: false,
    faults: [
      {
        place: 'config.yml:1:14',
        key: 'api.port',
        message: 'expected a whole number from 0 to 65535; got "x"'
      }
    ]
  })
})

test('what counts is printed as a config, without secrets', async (t) => {
  const env = { FLATRUN_AUTH__JWT_SECRET: 'canary' }
  const { code, out, err } = await createAdmin(t, temporaryFolder(t), { env })('config print --origin')
  assert.equal(code, 0, err)
  assert.equal(err, 'config: the defaults')
  assert.equal(parse(out).auth.jwt_secret, '<secret>')
  assert.match(out, /jwt_secret: <secret> # FLATRUN_AUTH__JWT_SECRET/)
})

test('the schema is JSON', async (t) => {
  const { out } = await createAdmin(t, temporaryFolder(t))('config schema')
  assert.equal(JSON.parse(out).title, 'flatrun-cluster config')
})

test('another word, another flag, and a flag of agents are wrong usage', async (t) => {
  const admin = createAdmin(t, temporaryFolder(t))
  for (const [words, said] of [
    ['config chekc', /Did you mean check\?/],
    ['config check --orgin', /--orgin/],
    ['backup', /name a file, or a folder with --into/],
    ['backup a b', /too many arguments/],
    ['config print --url http://127.0.0.1:1', /--url says nothing to a command of this machine/]
  ] as const) {
    const { code, err } = await admin(words).catch((fault) => ({ code: fault.exitCode, err: fault.message }))
    assert.equal(code, 64, words)
    assert.match(err, said)
  }
})

test('every command of this machine, and every flag of it, has a sentence of help', async (t) => {
  const admin = createAdmin(t, temporaryFolder(t))
  for (const words of [
    'init',
    'config check',
    'config print',
    'service install',
    'service uninstall',
    'backup',
    'restore'
  ]) {
    const { code, out } = await admin(`${words} --help`)
    assert.equal(code, 0)
    assert.doesNotMatch(out, /--insecure-skip-verify/)
    for (const line of out.matchAll(/^ {2}(-.*)$/gm)) assert.match(line[1] ?? '', /\S {2,}\S/, `${words}: ${line[1]}`)
  }
})

test('a file beside one that has no meaning to the agent is not taken for it', async (t) => {
  const cwd = temporaryFolder(t)
  writeFileSync(path.join(cwd, 'config.yml'), 'wrong: 1')
  const { code, out, err } = await createAdmin(t, temporaryFolder(t), { cwd })('config check')
  assert.deepEqual({ code, out }, { code: 0, out: 'the defaults: right' })
  assert.match(err, /config\.yml was not looked at/)
})

test('a section that holds only a comment is filled by config set, and keeps the comment', async (t) => {
  const file = configFile(t, 'logging:\ncluster:\n  # who we are\n')
  const set = `config set --config ${file} cluster.server_name=web-7 logging.level=debug`
  assert.equal((await createAdmin(t, temporaryFolder(t))(set)).code, 0)
  const text = readFileSync(file, 'utf8')
  assert.deepEqual(parse(text), { logging: { level: 'debug' }, cluster: { server_name: 'web-7' } })
  assert.match(text, /# who we are/)
})
