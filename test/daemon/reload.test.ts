import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { loadConfig } from '../../src/config/config.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { startLifecycle } from '../../src/daemon/lifecycle.ts'
import { authorized, request, temporaryFolder } from '../daemon.ts'

const [OLD, NEW] = ['an-old-operator-key-0123456789abcdef', 'a-new-operator-key-0123456789abcdef']

/** A daemon over a config file, as the process runs it. */
async function agent(t: TestContext) {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'config.yml')
  const port = await freePort()
  const write = (change: Record<string, unknown> = {}) => {
    const config = {
      deployments_path: folder,
      docker_socket: '',
      data_path: path.join(folder, 'data'),
      api: { port },
      auth: { api_keys: [OLD] },
      cluster: { enabled: true, server_name: 'web-1' },
      ...change
    }
    writeFileSync(file, JSON.stringify(config))
  }
  write()
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void said.push(line) })
  let started = 0
  const load = () => loadConfig({ file, env: {} })
  const lifecycle = await startLifecycle({
    config: load(),
    load,
    log,
    setLogging: async ({ logging }) => {
      log.level = logging.level
    },
    start: (config) => startDaemon({ config, log }),
    onStart: () => {
      started++
    }
  })
  t.after(lifecycle.close)
  const as = async (key: string) =>
    (await request(`${lifecycle.daemon().url}/api/cluster/status`, { headers: authorized(key) })).status
  const name = async () =>
    (await request(`${lifecycle.daemon().url}/api/cluster/status`, { headers: authorized(OLD) })).body.server_name
  return { lifecycle: { ...lifecycle, load }, write, file, as, name, log, said, starts: () => started }
}

test('a name that a peer has is refused, by a reload that changes nothing and by a start that ends with 78', async (t) => {
  const { lifecycle, write, name, said, starts } = await agent(t)
  const { url } = lifecycle.daemon()
  const headers = authorized(OLD)
  const { body } = await request(`${url}/api/cluster/invite`, { method: 'POST', headers })
  const exchange = {
    invite_token: body.invite_token,
    url: 'http://127.0.0.1:9',
    api_key: 'k'.repeat(44),
    name: 'Web-2'
  }
  assert.equal((await request(`${url}/api/cluster/exchange`, { method: 'POST', body: exchange })).status, 200)

  write({ cluster: { enabled: true, server_name: 'web-2' } })
  assert.equal(await lifecycle.reload(), false)
  assert.deepEqual([await name(), starts()], ['web-1', 1])
  assert.match(said.join(), /a peer of this server is called \\"Web-2\\"/)

  await lifecycle.close()
  const config = lifecycle.load()
  await assert.rejects(startDaemon({ config, log: pino({ level: 'silent' }) }), {
    exitCode: 78,
    message: /remove that peer/
  })
  write()
  await (await startDaemon({ config: lifecycle.load(), log: pino({ level: 'silent' }) })).close()
})

test('operator keys and the log level change while the daemon runs on', async (t) => {
  const { lifecycle, write, as, log, starts } = await agent(t)
  write({ auth: { api_keys: [NEW] }, logging: { level: 'debug' } })
  assert.equal(await lifecycle.reload(), true)
  assert.deepEqual([await as(OLD), await as(NEW)], [401, 200])
  assert.equal(log.level, 'debug')
  assert.equal(starts(), 1)
})

test('everything else counts as well, after the daemon was built anew', async (t) => {
  const { lifecycle, write, name, starts } = await agent(t)
  write({ cluster: { enabled: true, server_name: 'web-2' } })
  assert.equal(await lifecycle.reload(), true)
  assert.equal(await name(), 'web-2')
  assert.equal(starts(), 2)
})

test('pages of other origins are let in and kept out by a reload, and the agent runs on', async (t) => {
  const { lifecycle, write, as } = await agent(t)
  const page = 'https://ui.example.org'
  const port = Number(new URL(lifecycle.daemon().url).port)
  const mayAsk = async () => {
    const headers = { origin: page, 'access-control-request-method': 'DELETE' }
    const { status, headers: said } = await request(`${lifecycle.daemon().url}/api/cluster/peers/web-2`, {
      method: 'OPTIONS',
      headers
    })
    return status === 204 && said.get('access-control-allow-origin') === page
  }
  assert.equal(await mayAsk(), false)
  write({ api: { port, enable_cors: true, allowed_origins: [page] } })
  assert.equal(await lifecycle.reload(), true)
  assert.deepEqual([await mayAsk(), await as(OLD)], [true, 200])
  write()
  assert.equal(await lifecycle.reload(), true)
  assert.deepEqual([await mayAsk(), await as(OLD)], [false, 200])
})

test('a config with one fault changes nothing, not even what was right in it', async (t) => {
  const { lifecycle, write, as, name, said, starts } = await agent(t)
  write({ auth: { api_keys: [NEW] }, cluster: { enabled: true, server_name: 'web-2', health_interval: '0s' } })
  assert.equal(await lifecycle.reload(), false)
  assert.deepEqual([await as(OLD), await as(NEW), await name()], [200, 401, 'web-1'])
  assert.equal(starts(), 1)
  assert.match(said.join(''), /cluster\.health_interval: expected a duration of more than zero/)
})

test('each reload is an event, with the keys that changed or the reason of the refusal', async (t) => {
  const { lifecycle, write } = await agent(t)
  write({ logging: { level: 'warn' } })
  await lifecycle.reload()
  write({ cluster: { health_interval: '0s' } })
  await lifecycle.reload()
  const events = lifecycle
    .daemon()
    .events.since(0)
    .filter(({ type }) => type === 'config.reloaded')
  assert.deepEqual(
    events.map(({ facts }) => facts?.refused ?? false),
    [false, true]
  )
  assert.equal(events[0]?.reason, 'logging.level')
  assert.match(
    events[1]?.reason ?? '',
    /the old one counts: config\.yml:1:\d+: cluster\.health_interval: expected a duration/
  )
})

test('a config that the daemon cannot start with is taken back', async (t) => {
  const { lifecycle, write, name, said } = await agent(t)
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const address = taken.address()
  assert.ok(typeof address === 'object' && address)
  write({ api: { port: address.port }, cluster: { enabled: true, server_name: 'web-2' } })
  assert.equal(await lifecycle.reload(), false)
  assert.equal(await name(), 'web-1')
  assert.match(said.join(''), /port \d+ on 127\.0\.0\.1 is taken/)
})

test('reloads that come together are done one after the other', async (t) => {
  const { lifecycle, write, name } = await agent(t)
  write({ cluster: { enabled: true, server_name: 'web-2' } })
  const first = lifecycle.reload()
  write({ cluster: { enabled: true, server_name: 'web-3' } })
  assert.deepEqual(await Promise.all([first, lifecycle.reload(), lifecycle.reload()]), [true, true, true])
  assert.equal(await name(), 'web-3')
})

test('a secret that changed is in no line of the log', async (t) => {
  const { lifecycle, write, said } = await agent(t)
  write({ auth: { api_keys: [NEW], jwt_secret: 'canary-canary-canary-canary-canary' } })
  // Another secret cannot open this store: the old config counts on.
  assert.equal(await lifecycle.reload(), false)
  assert.doesNotMatch(said.join(''), new RegExp(`canary|${NEW}|${OLD}`))
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
