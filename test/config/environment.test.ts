import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/config.ts'
import { configFile, folder, load, refusal } from './world.ts'

test('the environment wins over the file', (t) => {
  const config = load(t, 'cluster: { server_name: file, enabled: false }', {
    FLATRUN_CLUSTER__SERVER_NAME: 'env',
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_API__PORT: '9000'
  })
  assert.equal(config.cluster.serverName, 'env')
  assert.equal(config.cluster.enabled, true)
  assert.equal(config.api.port, 9000)
})

test('a flag wins over the environment', (t) => {
  const file = configFile(t, 'api: { port: 1 }')
  const config = loadConfig({ file, env: { FLATRUN_API__PORT: '2' }, flags: { 'api.port': 3 } })
  assert.equal(config.api.port, 3)
})

test('lists are read with commas, or as YAML', (t) => {
  const keys = (text: string) => load(t, '', { FLATRUN_AUTH__API_KEYS: text }).auth.apiKeys
  assert.deepEqual(
    keys('one, two').map(({ key }) => key),
    ['one', 'two']
  )
  assert.deepEqual(keys('[{ key: one, name: ci, scopes: [read] }]'), [{ key: 'one', name: 'ci', scopes: ['read'] }])
  assert.deepEqual(load(t, '', { FLATRUN_API__TRUST_PROXY: '10.0.0.0/8,::1' }).api.trustProxy, ['10.0.0.0/8', '::1'])
  assert.equal(load(t, '', { FLATRUN_API__TRUST_PROXY: 'true' }).api.trustProxy, true)
})

test('a variable with _FILE names the file that holds the value', (t) => {
  const place = path.join(folder(t), 'secret')
  writeFileSync(place, 'from-a-file-0123456789abcdef0123\n')
  const config = load(t, 'auth: { jwt_secret: from-config }', { FLATRUN_AUTH__JWT_SECRET_FILE: place })
  assert.deepEqual(config.auth.jwtSecrets, ['from-a-file-0123456789abcdef0123'])
})

test('a file with a secret on each line is a list: the first seals, all open', (t) => {
  const place = path.join(folder(t), 'secrets')
  writeFileSync(place, 'new-one\nold-one\n')
  const env = { FLATRUN_AUTH__JWT_SECRET_FILE: place, FLATRUN_AUTH__API_KEYS_FILE: place }
  const { auth } = load(t, '', env)
  assert.deepEqual(auth.jwtSecrets, ['new-one', 'old-one'])
  assert.deepEqual(
    auth.apiKeys.map(({ key }) => key),
    ['new-one', 'old-one']
  )
})

test('a bare name is one of systemd’s credentials, and so is a credential named like its key', (t) => {
  const credentials = folder(t)
  writeFileSync(path.join(credentials, 'seal'), 'by-name')
  writeFileSync(path.join(credentials, 'auth.api_keys'), 'by-key')
  const { auth } = load(t, 'auth: { api_keys: [in-the-file] }', {
    CREDENTIALS_DIRECTORY: credentials,
    FLATRUN_AUTH__JWT_SECRET_FILE: 'seal'
  })
  assert.deepEqual(auth.jwtSecrets, ['by-name'])
  assert.deepEqual(
    auth.apiKeys.map(({ key }) => key),
    ['by-key']
  )
})

test('a folder of credentials, as the unit loads it, is read by the names of its files', (t) => {
  const credentials = folder(t)
  writeFileSync(path.join(credentials, 'flatrun_auth.jwt_secret'), 'by-folder')
  assert.deepEqual(load(t, '', { CREDENTIALS_DIRECTORY: credentials }).auth.jwtSecrets, ['by-folder'])
})

test('faults in the environment are told beside those of the file, by the name of the variable', (t) => {
  const faults = refusal(t, 'api: { port: x }', {
    FLATRUN_CLUSTER__SERVERNAME: 'a',
    FLATRUN_CLUSTER__ENABLED: 'perhaps',
    FLATRUN_AUTH__JWT_SECRET: 'a',
    FLATRUN_AUTH__JWT_SECRET_FILE: '/nowhere',
    FLATRUN_AUTH__API_KEYS_FILE: '/nowhere'
  })
  assert.deepEqual(faults, [
    'config.yml:1:14: api.port: expected a whole number from 0 to 65535; got "x"',
    'FLATRUN_AUTH__API_KEYS_FILE: auth.api_keys: the file cannot be read: no such file (/nowhere)',
    'FLATRUN_AUTH__JWT_SECRET_FILE: auth.jwt_secret: set it or FLATRUN_AUTH__JWT_SECRET, not both',
    'FLATRUN_CLUSTER__ENABLED: cluster.enabled: expected true or false; got "perhaps"',
    'FLATRUN_CLUSTER__SERVERNAME: unknown variable; did you mean FLATRUN_CLUSTER__SERVER_NAME?'
  ])
})

test('an empty file with a secret is a fault, not a reason to make a new one', (t) => {
  const place = path.join(folder(t), 'secret')
  writeFileSync(place, '\n')
  assert.match(refusal(t, '', { FLATRUN_AUTH__JWT_SECRET_FILE: place }).join(), /the file is empty/)
})

test('variables of FlatRun’s command line and of its other sections are no faults', (t) => {
  const { notes } = load(t, '', { FLATRUN_URL: 'http://x', FLATRUN_TOKEN: 'y', FLATRUN_NGINX__IMAGE: 'z' }).source
  assert.deepEqual(notes, ['FLATRUN_NGINX__IMAGE means nothing here and is ignored'])
})

test('no engine is a value of its own; elsewhere the empty text is the default', (t) => {
  const config = load(t, 'docker_socket: unix:///x', { FLATRUN_DOCKER_SOCKET: '', FLATRUN_API__HOST: '' })
  assert.equal(config.dockerSocket, '')
  assert.equal(config.api.host, '127.0.0.1')
})
