import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/config.ts'
import { nameOfHost } from '../../src/config/resolve.ts'
import { load } from './world.ts'

const alone = (env: Record<string, string> = {}) => loadConfig({ env, hostname: 'web-1', cwd: '/opt/agent' })

test('without a config the agent listens on loopback, keeps ./data and joins others under its host name', () => {
  const config = alone()
  assert.equal(config.source.given, false)
  assert.equal(config.api.host, '127.0.0.1')
  assert.equal(config.api.port, 8090)
  assert.equal(config.dataPath, '/opt/agent/data')
  assert.equal(config.cluster.enabled, true)
  assert.equal(config.cluster.serverName, 'web-1')
  assert.equal(config.cluster.advertiseUrl, 'http://127.0.0.1:8090')
  assert.deepEqual(config.auth.jwtSecrets, [])
  assert.deepEqual(config.source.notes, [])
})

test('a variable changes one thing of a daemon without a config', () => {
  const config = alone({ FLATRUN_API__PORT: '9000', FLATRUN_CLUSTER__ENABLED: 'false' })
  assert.equal(config.cluster.advertiseUrl, 'http://127.0.0.1:9000')
  assert.equal(config.cluster.enabled, false)
})

test('a daemon without a config that listens everywhere knows no address for its peers', () => {
  assert.equal(alone({ FLATRUN_API__HOST: '0.0.0.0' }).cluster.advertiseUrl, '')
})

test('systemd’s folder for state is the data path, the first where there are several', () => {
  assert.equal(
    alone({ STATE_DIRECTORY: '/var/lib/flatrun-cluster:/var/lib/other' }).dataPath,
    '/var/lib/flatrun-cluster'
  )
  assert.equal(alone({ STATE_DIRECTORY: '/a', FLATRUN_DATA_PATH: '/b' }).dataPath, '/b')
})

test('with a config clustering is off until the config says so, as in FlatRun', (t) => {
  const config = load(t, '')
  assert.equal(config.source.given, true)
  assert.equal(config.cluster.enabled, false)
  assert.equal(config.cluster.advertiseUrl, '')
})

test('durations are milliseconds', () => {
  const { cluster } = alone({ FLATRUN_CLUSTER__HEALTH_INTERVAL: '1m30s', FLATRUN_CLUSTER__REQUEST_TIMEOUT: '500ms' })
  assert.equal(cluster.healthIntervalMs, 90_000)
  assert.equal(cluster.requestTimeoutMs, 500)
  assert.equal(cluster.keyRotationMs, 90 * 86_400_000)
  assert.equal(alone({ FLATRUN_CLUSTER__KEY_ROTATION: 'off' }).cluster.keyRotationMs, undefined)
})

test('the config is frozen, all the way down', () => {
  const config = alone({ FLATRUN_AUTH__API_KEYS: 'a-key-that-is-long-enough' })
  for (const part of [config, config.api, config.auth.apiKeys, config.auth.apiKeys[0], config.source.entries])
    assert.ok(Object.isFrozen(part))
})

test('a host name that peers would refuse becomes one that they accept', () => {
  assert.equal(nameOfHost('web_1.example.org'), 'web_1.example.org')
  assert.equal(nameOfHost('Büro server!'), 'B-ro-server')
  assert.equal(nameOfHost('-.-'), 'node')
  assert.equal(nameOfHost('constructor'), 'node')
  assert.equal(nameOfHost(`${'a'.repeat(62)}-b`), 'a'.repeat(62))
})
