import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { type TSchema, Type } from 'typebox'
import { loadConfig } from '../../src/config/config.ts'
import { allKeys, remark } from '../../src/config/keys.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { createCertificate } from '../../src/security/certificates/certificate.ts'
import { request, temporaryFolder } from '../daemon.ts'

/** Values that say what no schema can: of keys that name something outside, or mean something only together. */
const KNOWN: Record<string, (folder: string) => unknown[]> = {
  deployments_path: (folder) => [folder, path.join(folder, 'missing'), '~/deployments'],
  docker_socket: () => ['', '/run/none.sock', 'unix:///run/none.sock', 'tcp://127.0.0.1:1', 'tcp://[::1]:1/'],
  'api.host': () => ['127.0.0.1', 'localhost', '0.0.0.0'],
  'api.port': () => [0],
  'api.allowed_origins': () => [[], ['*'], ['http://localhost:5173/'], ['HTTPS://UI.example.org:443', '*']],
  'api.trust_proxy': () => [true, false, [], ['10.0.0.0/8', '::1', 'loopback', '2001:db8::/32', '127.0.0.1/1']],
  'api.tls.mode': () => ['off', 'auto'],
  'api.tls.cert': filesOfCertificate,
  'api.tls.key': filesOfCertificate,
  'auth.api_keys': () => [
    [],
    ['k'],
    ['one-operator-key', { key: 'another-operator-key', name: 'ops', scopes: ['read'] }]
  ],
  'cluster.server_name': () => ['a', 'web_1.example.org', 'x'.repeat(63)],
  'flatrun.url': () => ['', 'http://127.0.0.1:1', 'http://127.0.0.1:1/behind/a/path/'],
  'cluster.advertise_url': () => ['', 'http://192.0.2.10:8090/', 'https://agent.example.org/behind/a/path'],
  'cluster.other_urls': () => [[], ['http://10.8.0.2:8090/', 'https://agent.example.org']],
  'cluster.inspector.url': () => ['https://stately.ai/inspect', 'http://127.0.0.1:9'],
  'alerts.targets': () => [
    [
      { type: 'webhook', url: 'http://127.0.0.1:1/hook', secret: 'whsec_x' },
      { type: 'ntfy', url: 'https://user:password@ntfy.example.org/topic', token: 'tk_x', name: 'phone' },
      { type: 'email', smtp: 'smtps://u:p@mail.example.org', from: 'a@example.org', to: ['b@example.org'] }
    ]
  ],
  'alerts.heartbeat.url': () => ['', 'https://hc.example.org/ping/x'],
  'alerts.maintenance': () => [
    [{ from: '23:00', to: '01:00', days: ['mon', 'sun'], peers: ['web-1'] }],
    [{ from: '00:00', to: '00:00' }]
  ]
}

function filesOfCertificate(folder: string): unknown[] {
  const pair = createCertificate(['localhost'])
  const files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') }
  writeFileSync(files.cert, pair.cert)
  writeFileSync(files.key, pair.key)
  return [{ mode: 'files', ...files }]
}

/** One value of every kind that a schema allows, its ends included. */
function valuesOf(schema: TSchema): unknown[] {
  const given = remark(schema, 'default')
  const own = given === undefined ? [] : [given]
  if (Type.IsUnion(schema)) return [...own, ...schema.anyOf.flatMap(valuesOf)]
  if (Type.IsBoolean(schema)) return [true, false]
  if (Type.IsEnum(schema)) return [...schema.enum]
  if (Type.IsLiteral(schema)) return [schema.const]
  if (Type.IsInteger(schema)) return [remark(schema, 'minimum'), remark(schema, 'maximum'), ...own]
  if (Type.IsArray(schema)) return [...own, valuesOf(schema.items)]
  if (Type.IsObject(schema))
    return [Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, valuesOf(inner)[0]]))]
  if (remark(schema, 'format') === 'go-duration') return ['1ms', '1h30m', '24h']
  if (remark(schema, 'pattern') !== undefined) return [...own, 'prod', 'eu-west_1.a']
  return [...own, `a secret, or a word ${'x'.repeat(40)}`]
}

const EXAMPLE = path.join(import.meta.dirname, 'flatrun-example.yml')

/** With what a test needs to be alone on a machine, unless the value is about that. */
async function starts(t: TestContext, values: Record<string, unknown>, file: string | undefined, folder: string) {
  const flags: Record<string, unknown> = {
    deployments_path: folder,
    docker_socket: '',
    data_path: path.join(folder, `data-${++made}`),
    'api.host': '127.0.0.1',
    'api.port': 0
  }
  for (const [key, value] of Object.entries(values))
    flags[key.startsWith('api.tls.') && typeof value === 'object' ? 'api.tls' : key] = value
  const config = loadConfig({ file, env: {}, flags, cwd: folder })
  const daemon = await startDaemon({ config, log: pino({ level: 'silent' }) })
  try {
    const health = new URL('/api/health', daemon.url.replace('0.0.0.0', '127.0.0.1'))
    if (health.protocol === 'https:') assert.ok(daemon.url)
    else assert.equal((await request(health.href)).status, 200, t.name)
  } finally {
    await daemon.close()
  }
}
let made = 0

/** Keys by what is tried at once. The rules of alerts are many, and say nothing of each other. */
const groups = Map.groupBy(
  // Each start has a data path of its own.
  allKeys().filter(({ key }) => key !== 'data_path'),
  ({ key }) => (key.startsWith('alerts.rules.') ? 'alerts.rules' : key)
)

for (const [name, keys] of groups)
  test(`the agent starts with every kind of value of ${name}`, async (t) => {
    const folder = temporaryFolder(t)
    const values = keys.map(({ key, schema }) => ({ key, kinds: KNOWN[key]?.(folder) ?? valuesOf(schema) }))
    assert.ok(values.every(({ kinds }) => kinds.length > 0))
    for (let round = 0; round < Math.max(...values.map(({ kinds }) => kinds.length)); round++)
      for (const file of [undefined, EXAMPLE]) {
        const chosen = Object.fromEntries(values.map(({ key, kinds }) => [key, kinds[round % kinds.length]]))
        const where = `${JSON.stringify(chosen)}${file ? ' in the example of FlatRun' : ''}`
        await assert.doesNotReject(starts(t, chosen, file, folder), where)
      }
  })
