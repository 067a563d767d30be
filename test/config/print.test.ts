import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { changesBetween } from '../../src/config/changes.ts'
import { loadConfig } from '../../src/config/config.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { allKeys } from '../../src/config/keys.ts'
import { printConfig } from '../../src/config/print.ts'
import { load } from './world.ts'

const SECRETS = 'canary-0123456789abcdef0123456789abcdef'

test('the printed config says where each value came from and holds no secret', (t) => {
  const config = load(
    t,
    `cluster:
  server_name: web-1
auth: { jwt_secret: [${SECRETS}, ${SECRETS}x], api_keys: [{ key: ${SECRETS} }] }
alerts: { targets: [{ type: webhook, url: "https://example.org/${SECRETS}" }] }`,
    { FLATRUN_API__PORT: '9000' }
  )
  const text = printConfig(config, { origin: true })
  assert.match(text, /server_name: web-1 # config\.yml:2$/m)
  assert.match(text, /port: 9000 # FLATRUN_API__PORT$/m)
  assert.match(text, /health_interval: 30s # default$/m)
  assert.match(text, /jwt_secret: \[ <secret>, <secret> \] # config\.yml:3$/m)
  assert.doesNotMatch(text, /canary/)
  assert.doesNotMatch(JSON.stringify(config.source), /canary/)
})

test('of an alert target its kind and its name are told, and nothing of its address', (t) => {
  const config = load(
    t,
    `alerts: { targets: [
      { type: webhook, name: on-call, url: "https://example.org/${SECRETS}" },
      { type: email, name: mail, smtp: "smtps://u:${SECRETS}@mx.example.org", to: [ops@example.org], from: a@example.org }
    ] }`
  )
  const told = config.source.entries.find(({ key }) => key === 'alerts.targets')?.value
  assert.ok(Array.isArray(told))
  assert.deepEqual(
    told.map(({ type, name }) => [type, name]),
    [
      ['webhook', 'on-call'],
      ['email', 'mail']
    ]
  )
  assert.equal(told[0].url, '<secret>')
  assert.doesNotMatch(JSON.stringify(told), /canary/)
})

test('what is printed is a config again, and means the same', (t) => {
  const config = load(t, 'cluster: { enabled: true, server_name: a, health_interval: 5s }\ndocker_socket: ""')
  const again = load(t, printConfig(config))
  assert.deepEqual({ ...again, source: undefined }, { ...config, source: undefined })
})

test('every key is printed', () => {
  const config = loadConfig({ env: {} })
  assert.deepEqual(
    config.source.entries.map(({ key }) => key),
    allKeys().map(({ key }) => key)
  )
  assert.equal(allKeys().length, 65)
  assert.equal(parse(printConfig(config)).api.tls.mode, 'off')
})

test('the JSON Schema requires nothing that has a default and knows FlatRun’s sections', () => {
  const schema = JSON.parse(JSON.stringify(configJsonSchema()))
  assert.equal(schema.required, undefined)
  assert.equal(schema.additionalProperties, false)
  assert.ok('nginx' in schema.properties)
  assert.ok('k3s' in schema.properties.cluster.properties)
  assert.doesNotMatch(JSON.stringify(schema), /"expected"|"longestMs"|go-duration/)
})

test('a config that was read again says what counts in place and what the daemon is built anew for', (t) => {
  const before = load(t, 'api: { port: 1 }\nauth: { api_keys: [one] }\nlogging: { level: info }')
  const after = load(t, 'api: { port: 2 }\nauth: { api_keys: [two] }\nlogging: { level: debug }\nalerts: { delay: 1m }')
  assert.deepEqual(changesBetween(before, after), {
    live: ['auth.api_keys', 'logging.level'],
    rebuild: ['api.port', 'alerts.delay']
  })
  assert.deepEqual(changesBetween(before, before), { live: [], rebuild: [] })
})

test('what changed is named as the file names it, what was taken out too', (t) => {
  const other = load(
    t,
    `api: { enable_cors: true, allowed_origins: [https://ui.example.org], trust_proxy: true, docs: false, tls: { mode: auto } }
auth: { jwt_secret: a-secret-of-more-than-32-characters, api_keys: [a-key-of-more-than-20-characters] }
flatrun: { url: 'http://127.0.0.1:9', api_key: a-key-of-more-than-20-characters }
docker_socket: ''
cluster: { advertise_url: 'http://192.0.2.1', other_urls: [http://192.0.2.2], health_interval: 1s, request_timeout: 1s, proxy_timeout: 1s,
  max_concurrency: 1, allow_insecure_exchange: never, key_rotation: off, inspector: { enabled: true } }`
  )
  const keys = new Set(allKeys().map(({ key }) => key))
  for (const { live, rebuild } of [changesBetween(load(t, ''), other), changesBetween(other, load(t, ''))]) {
    const named = [...live, ...rebuild]
    assert.ok(named.includes('flatrun.url'), named.join())
    assert.ok(named.length >= 18, named.join())
    assert.deepEqual(
      named.filter((key) => !keys.has(key)),
      []
    )
  }
})

test('to get or lose the key that a daemon makes for itself, it is built anew', (t) => {
  const [none, one] = [load(t, ''), load(t, 'auth: { api_keys: [one] }')]
  assert.deepEqual(changesBetween(none, one), { live: [], rebuild: ['auth.api_keys'] })
  assert.deepEqual(changesBetween(one, none), { live: [], rebuild: ['auth.api_keys'] })
})
