import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { OPERATOR_KEY, startNode, temporaryFolder } from '../daemon.ts'
import { createCli } from './world.ts'

test("profiles are saved, listed, changed and forgotten in FlatRun's words", async (t) => {
  const home = temporaryFolder(t)
  const cli = createCli(t, { home })
  const set = await cli('configure set --profile prod --url https://panel.example.org --token-stdin', {
    stdin: 'key-1\n'
  })
  assert.deepEqual(set, { code: 0, out: 'Saved profile "prod"', err: '' })
  await cli('configure set --profile staging --url https://staging.example.org --token key-2')
  assert.equal(
    (await cli('configure list')).out,
    '  prod\thttps://panel.example.org\n* staging\thttps://staging.example.org'
  )
  assert.equal((await cli('configure use prod')).out, 'Using profile "prod"')
  assert.equal((await cli('configure use nothing')).code, 1)
  assert.equal((await cli('configure delete prod')).code, 0)
  assert.equal((await cli('configure list')).out, '* staging\thttps://staging.example.org')

  const file = path.join(home, '.config', 'flatrun-cluster', 'config.json')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700)
  const kept = {
    current_profile: 'staging',
    profiles: { staging: { url: 'https://staging.example.org', token: 'key-2' } }
  }
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), kept)
})

test("a profile that FlatRun's command line saved is used as it is", async (t) => {
  const node = await startNode(t, { name: 'web-1' })
  const home = temporaryFolder(t)
  mkdirSync(path.join(home, '.flatrun'))
  const profiles = { prod: { url: `${node.url}/api`, token: OPERATOR_KEY } }
  writeFileSync(path.join(home, '.flatrun', 'config.json'), JSON.stringify({ current_profile: 'prod', profiles }))
  const cli = createCli(t, { home })
  assert.match((await cli('status')).out, /^web-1 /)
  const missing = await cli('status --profile other')
  assert.equal(missing.code, 2)
  assert.match(missing.err, /no profile "other".*\n→ Known profiles: prod/)
})

test('a login tries the key first, and saves nothing that does not work', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t)
  const wrong = await cli(`login --url ${node.url} --token-stdin`, { stdin: 'a-wrong-key-0123456789' })
  assert.equal(wrong.code, 4)
  assert.equal((await cli('configure list')).out, 'None')
  const asked = await cli(`login --url ${node.url}`, { answers: [OPERATOR_KEY] })
  assert.equal(asked.code, 0, asked.err)
  assert.doesNotMatch(asked.out + asked.err, /test-operator-key/)
  assert.equal((await cli('health')).code, 0)
})

test('no key is asked for where nobody is, and none is taken from two places', async (t) => {
  const cli = createCli(t)
  const nobody = await cli('login --url http://127.0.0.1:1')
  assert.equal(nobody.code, 2)
  assert.match(nobody.err, /no key was given\n→ Use --token-stdin/)
  assert.equal((await cli('login --token x --token-stdin', { stdin: 'y' })).code, 2)
})

test('a broken file of profiles is told, and never overwritten', async (t) => {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'profiles.json')
  writeFileSync(file, '{ "profiles": ')
  const env = { FLATRUN_CONFIG: file }
  const { code, err } = await createCli(t, { env })('configure set --url https://a.example.org --token x')
  assert.equal(code, 2)
  assert.match(err, /profiles\.json cannot be read: it is no JSON/)
  assert.equal(readFileSync(file, 'utf8'), '{ "profiles": ')
})
