import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { loadConfig } from '../../src/config/config.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { startLifecycle } from '../../src/daemon/lifecycle.ts'
import type { AlertMessage } from '../../src/schemas/alerts/alert.ts'
import { createLooks } from '../alerts/looks.ts'
import { authorized, OPERATOR_KEY, request, temporaryFolder, until } from '../daemon.ts'

const OFF = { enabled: false }
const RULES = { disk: { over: 1, for: '1s' }, memory: OFF, load: OFF }

/** Who is told: refuses until it is asked to take messages. */
async function startMoody(t: TestContext) {
  const taken: AlertMessage[] = []
  const moody = { refuses: true, taken, url: '' }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (!moody.refuses) taken.push(JSON.parse(body))
    response.writeHead(moody.refuses ? 500 : 200).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  moody.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return moody
}

/** A daemon whose config is written anew and read again, as `systemctl reload` does it. */
async function startReloaded(t: TestContext) {
  const folder = temporaryFolder(t)
  const { clock, look, lookUntil } = createLooks()
  const places = { deployments_path: folder, data_path: path.join(folder, 'data'), docker_socket: '' }
  const own = { 'api.host': '127.0.0.1', 'api.port': 0, 'auth.api_keys': [OPERATOR_KEY], 'cluster.enabled': true }
  let alerts: object = {}
  const load = () => loadConfig({ env: {}, flags: { ...places, ...own, 'alerts.rules': RULES, ...alerts } })
  const log = pino({ level: 'silent' })
  const lifecycle = await startLifecycle({
    ...{ config: load(), load, log, setLogging: async () => {}, onStart: () => {} },
    start: (config) => startDaemon({ config, log, clock })
  })
  t.after(lifecycle.close)
  return {
    ...{ look, lookUntil },
    call: (method: string, where: string, body?: unknown) =>
      request(`${lifecycle.daemon().url}${where}`, { method, body, headers: authorized(OPERATOR_KEY) }),
    async reload(next: object) {
      alerts = next
      assert.equal(await lifecycle.reload(), true)
    }
  }
}

type Target = { name: string; from: string; waiting: number }

test('targets of the page stay over a reload that brings others, with what they have not taken', async (t) => {
  const moody = await startMoody(t)
  const { call, look, lookUntil, reload } = await startReloaded(t)
  const targets = async () =>
    ((await call('GET', '/api/alerts')).body.targets as Target[]).map(({ name, from, waiting }) => [
      name,
      from,
      waiting
    ])
  const ops = { type: 'webhook', name: 'ops', url: moody.url }
  assert.equal((await call('PUT', '/api/alerts', { targets: [ops] })).status, 200)
  await until(async () => {
    await look()
    return (await targets())[0]?.[2] === 1
  }, 'a message that waits')

  const phone = { type: 'ntfy', name: 'phone', url: 'http://127.0.0.1:1/topic' }
  await reload({ 'alerts.targets': [phone], 'alerts.delay': '3m' })
  assert.deepEqual(await targets(), [
    ['phone', 'config', 0],
    ['ops', 'here', 1]
  ])
  const { body } = await call('GET', '/api/alerts')
  assert.deepEqual([body.delay, body.settings.targets], ['3m', [{ type: 'webhook', name: 'ops' }]])
  assert.equal((await call('PUT', '/api/alerts', { ...body.settings, delay: '1m' })).body.code, 'set_in_config')

  moody.refuses = false
  await lookUntil(() => moody.taken.length > 0, 'the message')
  await look()
  assert.deepEqual(
    moody.taken.map(({ type, problems: [problem] }) => [type, problem?.kind]),
    [['incident.opened', 'disk']]
  )

  // The file has one of that name now: both stand there, and the one of the page can be taken away.
  await reload({ 'alerts.targets': [{ ...phone, name: 'ops' }] })
  assert.deepEqual(
    (await targets()).map(([name, from]) => [name, from]),
    [
      ['ops', 'config'],
      ['ops#2', 'here']
    ]
  )
  const twice = await call('PUT', '/api/alerts', { targets: [{ type: 'webhook', name: 'ops' }], grace: '5m' })
  assert.deepEqual([twice.status, twice.body.code], [400, 'bad_request'])
  assert.equal((await call('PUT', '/api/alerts', { targets: [] })).status, 200)
  assert.deepEqual(
    (await targets()).map(([name, from]) => [name, from]),
    [['ops', 'config']]
  )
})

test('a target that is removed with a message that it has not taken says so, and takes its problem along', async (t) => {
  const moody = await startMoody(t)
  const { call, look } = await startReloaded(t)
  await call('PUT', '/api/alerts', { targets: [{ type: 'webhook', name: 'ops', url: moody.url }] })
  await until(async () => {
    await look()
    return (await call('GET', '/api/cluster/status')).body.alerts?.failing.includes('ops')
  }, 'the target failing')
  const removed = await call('PUT', '/api/alerts', { targets: [] })
  assert.deepEqual(
    [removed.status, removed.body.problems.filter(({ kind }: { kind: string }) => kind === 'alert')],
    [200, []]
  )
  const [first] = removed.body.deliveries
  assert.deepEqual(
    [first.target, first.ok, first.error],
    ['ops', false, 'The target was removed before it took this message']
  )
  assert.deepEqual((await call('GET', '/api/cluster/status')).body.alerts?.failing ?? [], [])
  assert.deepEqual(moody.taken, [])
})
