import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/config.ts'
import { configFile, folder, load, refusal } from './world.ts'

test('every fault is told at once, each with file, line, column, key and what is expected', (t) => {
  const faults = refusal(
    t,
    `deployments_path: 5
api:
  prt: 9
  port: 70000
  tls: { mode: files }
auth:
  api_keys: [abc, { key: 5, scops: [read] }, { name: x }]
  jwt_secret: 12345
cluster:
  health_intervall: 30s
  health_interval: 0s
  request_timeout: 25h
  server_name: bad name
  exchange: some
port: 3
logging: 5
alerts:
  targets: [{ type: webhok }, { type: ntfy, url: nope }]
`
  )
  assert.deepEqual(faults, [
    'config.yml:1:19: deployments_path: expected text of at most 4096 characters; got a number, put it in quotes',
    'config.yml:3:3: api.prt: unknown key; did you mean port?',
    'config.yml:4:9: api.port: expected a whole number from 0 to 65535; got 70000',
    'config.yml:5:8: api.tls.cert: mode files needs the certificate file',
    'config.yml:5:8: api.tls.key: mode files needs the private key file',
    'config.yml:7:26: auth.api_keys[1].key: expected text of at most 1024 characters; got a number, put it in quotes',
    'config.yml:7:29: auth.api_keys[1].scops: unknown key; did you mean scopes?',
    'config.yml:7:46: auth.api_keys[2]: key is missing',
    'config.yml:8:15: auth.jwt_secret: expected a secret, or a list of secrets of which the first seals; got a number, put it in quotes',
    'config.yml:10:3: cluster.health_intervall: unknown key; did you mean health_interval?',
    'config.yml:11:20: cluster.health_interval: expected a duration of more than zero; got "0s"',
    'config.yml:12:20: cluster.request_timeout: expected a duration of at most 24h; got "25h"',
    'config.yml:13:16: cluster.server_name: expected 1 to 63 letters, digits, dots, dashes or underscores, a letter or digit at both ends; got "bad name"',
    'config.yml:14:13: cluster.exchange: expected one of any, sealed-only; got "some"',
    'config.yml:15:1: port: unknown key; did you mean api.port?',
    'config.yml:16:10: logging: expected a section with level, format; got 5',
    'config.yml:18:21: alerts.targets[0].type: expected one of webhook, slack, discord, teams, telegram, gotify, pushover, ntfy, email; got "webhok"',
    'config.yml:18:50: alerts.targets[1].url: expected an http or https address; got other text'
  ])
})

const LINES: [name: string, text: string, fault: RegExp][] = [
  ['a negative duration', 'cluster: { health_interval: -1s }', /health_interval: expected a duration such as/],
  ['a duration without a unit', 'cluster: { health_interval: 30 }', /health_interval: expected .*; got 30/],
  ['a key twice', 'api: { port: 1 }\napi: { port: 2 }', /^config\.yml:2:1: Map keys must be unique/],
  ['broken YAML', 'api: [1', /^config\.yml:1:\d+: /],
  ['a list instead of sections', '- api', /expected a section with deployments_path/],
  ['plain text', 'hello', /expected a section/],
  ['two documents', 'api: {}\n---\napi: {}', /multiple documents/],
  ['a bomb of aliases', bomb(), /alias/i],
  ['a port in quotes', 'api: { port: "8090" }', /api\.port: expected a whole number/],
  ['a port with a fraction', 'api: { port: 80.5 }', /api\.port: expected a whole number/],
  ['a reserved name', 'cluster: { server_name: __proto__ }', /server_name: .*/],
  ['a reserved name in other letters', 'cluster: { server_name: ToString }', /server_name: this name is reserved/],
  ['a section that objects already have', '__proto__: { api: 1 }', /__proto__: unknown key/],
  ['FlatRun at our own port', 'api: { port: 8090 }\nflatrun: { url: "http://localhost:8090" }', /listens there itself/],
  ['an address with a user', 'cluster: { advertise_url: "http://u:p@192.0.2.1" }', /without user and password/],
  ['an address with a query', 'cluster: { advertise_url: "http://192.0.2.1/?a" }', /without query and fragment/],
  ['an address with dot segments', 'cluster: { advertise_url: "http://192.0.2.1/a/../b" }', /without dot segments/],
  ['an address that nobody can dial', 'cluster: { advertise_url: "http://0.0.0.0:8090" }', /peers can dial/],
  ['another scheme', 'cluster: { advertise_url: "ftp://192.0.2.1" }', /http or https/],
  ['a name instead of an address', 'cluster: { advertise_url: "192.0.2.1:8090" }', /http or https/],
  ['the same key twice', 'auth: { api_keys: [aaaa, { key: aaaa }] }', /api_keys\[1\]: this key is in the list twice/],
  ['an empty key', 'auth: { api_keys: [""] }', /api_keys\[0\]: expected .*; got nothing/],
  ['no secret in the list', 'auth: { jwt_secret: [] }', /jwt_secret: expected/],
  ['no scope', 'auth: { api_keys: [{ key: aaaa, scopes: [] }] }', /scopes: expected a list of 1 to 2 entries/],
  ['another scope', 'auth: { api_keys: [{ key: aaaa, scopes: [admin] }] }', /scopes\[0\]: expected one of read, write/],
  [
    'an origin with a path',
    'api: { allowed_origins: ["https://ui.example.org/app"] }',
    /allowed_origins\[0\]: expected \*/
  ],
  ['an engine of another kind', 'docker_socket: npipe:docker', /docker_socket: expected unix:/],
  ['an engine without a path', 'docker_socket: "unix://"', /docker_socket: expected unix:/],
  ['an engine without an address', 'docker_socket: "tcp://"', /docker_socket: expected unix:/],
  ['an engine without a port', 'docker_socket: "tcp://engine.example.org"', /docker_socket: expected unix:/],
  ['a proxy by its name', 'api: { trust_proxy: [caddy] }', /trust_proxy\[0\]: expected an address or a network/],
  [
    'a network that is none',
    'api: { trust_proxy: ["10.0.0.0/33"] }',
    /trust_proxy\[0\]: expected .*; got "10\.0\.0\.0\/33"/
  ],
  ['an address with a port to listen on', 'api: { host: "0.0.0.0:8090" }', /api\.host: expected an address such as/],
  ['a path with a zero byte', 'data_path: "/srv/\\0"', /data_path: expected text without control characters/],
  ['a path with a line break', 'data_path: "/srv/\\nx"', /data_path: expected text without control characters/],
  ['a mail server without an address', mail('smtp://'), /targets\[0\]\.smtp: expected an address such as smtps:/],
  ['no concurrency', 'cluster: { max_concurrency: 0 }', /from 1 to 4096; got 0/]
]

for (const [name, text, fault] of LINES)
  test(`${name} is refused`, (t) => {
    const faults = refusal(t, text)
    assert.match(faults.join('\n'), fault)
    assert.match(faults[0] ?? '', /^config\.yml:\d+:\d+: /)
  })

test('a secret is in no fault', (t) => {
  const faults = refusal(t, 'auth: { jwt_secret: { a: canary-1 }, api_keys: [{ key: [canary-2] }, { kex: canary-3 }] }')
  assert.equal(faults.length, 4)
  assert.doesNotMatch(faults.join('\n'), /canary/)
})

test('more faults than a validator cares to count are all told', (t) => {
  const keys = Array.from({ length: 60 }, (_, index) => `wrong_${index}: 1`)
  assert.equal(refusal(t, keys.join('\n')).length, 60)
})

test('a config that is not there, or cannot be read, is one fault that says so', (t) => {
  const missing = `${folder(t)}/none.yml`
  assert.throws(() => loadConfig({ file: missing, env: {} }), {
    message: `${missing}: the config cannot be read: no such file`
  })
  assert.throws(() => loadConfig({ file: folder(t), env: {} }), /it is a folder/)
})

test('a config of over a mebibyte is not even parsed', (t) => {
  assert.throws(() => load(t, `# ${'x'.repeat(1_100_000)}`), /larger than 1 MiB/)
})

test('a config with secrets that anyone may read gets a note', { skip: process.platform === 'win32' }, (t) => {
  const file = configFile(t, 'auth: { jwt_secret: 9d2f6c1be8a04375b1d4c7f0e6a85932 }')
  assert.deepEqual(loadConfig({ file, env: {} }).source.notes, [])
  chmodSync(file, 0o644)
  assert.match(loadConfig({ file, env: {} }).source.notes.join(), /anyone on this system may read it/)
})

function mail(smtp: string): string {
  return JSON.stringify({ alerts: { targets: [{ type: 'email', smtp, from: 'a@b.example', to: ['c@d.example'] }] } })
}

function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
  for (const [index, name] of [...'bcdefgh'].entries()) {
    const before = 'abcdefg'[index]
    lines.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(',')}]`)
  }
  return lines.join('\n')
}
