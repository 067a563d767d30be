import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { authorized, join, OPERATOR_KEY, request, startNode, type TestNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const OFFSETS_MS = [0, 600_000, 0, 45_000]

/** Each signal sets the clock of the process to the next of these. */
const CLOCK = `
const offsets = ${JSON.stringify(OFFSETS_MS)}
process.on('SIGUSR2', () => offsets.shift())
const Real = Date
globalThis.Date = class extends Real {
  constructor(...parts) { parts.length === 0 ? super(Date.now()) : super(...parts) }
  static now() { return Real.now() + offsets[0] }
}`

test('clocks that are ten minutes apart are told as that on both sides, and are no reason to join again', async (t) => {
  const here = await startNode(t, { name: 'here', config: { 'cluster.health_interval': '1s' } })
  const { there, setClock } = await startThere(t)
  await join(here, there)
  await Promise.all([state(here, 'there', 'online'), state(there, 'here', 'online')])

  setClock()
  for (const [node, other] of [
    [here, 'there'],
    [there, 'here']
  ] as const) {
    const peer = await state(node, other, 'skewed')
    assert.match(peer.error, /^the clocks differ by (599|600|601) s; set both by NTP$/)
    assert.ok(Math.abs(Math.abs(peer.clock_offset_s) - 600) < 5, `${peer.clock_offset_s} s`)
    const passed = await node.call('GET', `/api/cluster/peers/${other}/proxy/deployments`)
    assert.equal(passed.status, 503)
    assert.match(passed.body.error, /clocks differ by/)
    const { servers } = (await node.call('GET', '/api/cluster/deployments')).body
    assert.equal(servers[other].code, 'clock_skew')
  }
  const figures = await here.call('GET', '/metrics')
  assert.match(figures.text, /flatrun_cluster_peer_state\{peer="there",state="skewed"\} 1/)
  assert.match(figures.text, /flatrun_cluster_peer_clock_offset_seconds\{peer="there"\} (599|60\d)/)

  setClock()
  await Promise.all([state(here, 'there', 'online'), state(there, 'here', 'online')])
  const { body } = await here.call('GET', '/api/cluster/peers/there')
  assert.deepEqual(
    body.transitions.slice(-2).map((one: { from: string; to: string }) => `${one.from} ${one.to}`),
    ['suspect skewed', 'skewed online']
  )

  setClock()
  const warned = await until(async () => {
    const { body } = await here.call('GET', '/api/cluster/peers/there')
    return body.clock_offset_s > 30 && body
  }, 'the difference of 45 s')
  assert.equal(warned.state, 'online')
  const told = here.daemon.events.since(0).filter(({ type }) => type === 'peer.clock')
  assert.match(told.at(-1)?.reason ?? '', /differ by 4\d s/)
})

const state = (node: Pick<TestNode, 'call' | 'name'>, peer: string, wanted: string) =>
  until(async () => {
    const { body } = await node.call('GET', `/api/cluster/peers/${peer}`)
    return body.state === wanted && body
  }, `${node.name} seeing ${peer} as ${wanted}`)

/** A node in a process of its own, whose clock the test sets. */
async function startThere(t: TestContext) {
  const folder = temporaryFolder(t)
  const url = `http://127.0.0.1:${await freePort()}`
  const env = {
    ...BARE,
    FLATRUN_DEPLOYMENTS_PATH: folder,
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_DATA_PATH: path.join(folder, 'data'),
    FLATRUN_API__PORT: new URL(url).port,
    FLATRUN_AUTH__API_KEYS: OPERATOR_KEY,
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_CLUSTER__SERVER_NAME: 'there',
    FLATRUN_CLUSTER__HEALTH_INTERVAL: '1s',
    FLATRUN_LOGGING__LEVEL: 'warn'
  }
  const clock = `data:text/javascript,${encodeURIComponent(CLOCK)}`
  const child: ChildProcess = spawn(process.execPath, ['--import', clock, builtProgram(), 'agent'], {
    ...{ cwd: ROOT, env, stdio: 'ignore' }
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  t.after(() => {
    child.kill('SIGKILL')
    return ended
  })
  const call: TestNode['call'] = (method, where, body, headers) =>
    request(url + where, { method, body, headers: { ...authorized(OPERATOR_KEY), ...headers } })
  const there = { name: 'there', url, call }
  await until(
    () =>
      call('GET', '/api/health').then(
        () => true,
        () => false
      ),
    'there starting'
  )
  return { there, setClock: () => child.kill('SIGUSR2') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
