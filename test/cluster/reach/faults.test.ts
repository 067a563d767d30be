import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import net, { type Socket } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { keepLinks } from '../../../src/remote/links/keeper.ts'
import { BARE } from '../../bare.ts'
import { authorized, OPERATOR_KEY, request, sees, startNode, temporaryFolder, until } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'
import { builtProgram } from '../../program.ts'
import { createWay } from './way.ts'
import { entry, homeAndHub, NOWHERE, TURN } from './world.ts'

const PROGRAM = builtProgram()
/** So that nobody waits long for what does not answer. */
const BRIEF = { 'cluster.request_timeout': '1s' }

test('where everything is swallowed on the way, a home is suspect, and online when the way is open again', async (t) => {
  const port = await free()
  const way = await createWay(t, `http://127.0.0.1:${port}`)
  const config = { ...BRIEF, 'api.port': port, 'cluster.advertise_url': way.url }
  const { hub, joined } = await homeAndHub(t, { hub: { config } })
  assert.equal(joined.body.reach_back, 'reverse', joined.text)
  await sees(hub, 'home', 'online')

  way.swallow()
  // One that is under way has its answer already.
  const checked = await until(async () => {
    const { body } = await hub.call('POST', '/api/cluster/peers/home/check')
    return body.state !== 'online' && body
  }, 'the suspicion')
  assert.equal(checked.evidence.at(-1).class, 'timeout')
  await way.open()
  await sees(hub, 'home', 'online')
})

test('a home whose process stands still is suspect, and online when it goes on', async (t) => {
  const hub = await startNode(t, { name: 'hub', config: BRIEF })
  const folder = temporaryFolder(t)
  const port = await free()
  const env = {
    ...BARE,
    FLATRUN_API__PORT: String(port),
    FLATRUN_AUTH__API_KEYS: OPERATOR_KEY,
    FLATRUN_DATA_PATH: path.join(folder, 'data'),
    FLATRUN_DEPLOYMENTS_PATH: folder,
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_CLUSTER__SERVER_NAME: 'home',
    FLATRUN_CLUSTER__ADVERTISE_URL: NOWHERE
  }
  const child = spawn(process.execPath, [PROGRAM, 'agent'], { env, stdio: 'ignore' })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  const url = `http://127.0.0.1:${port}`
  await until(
    () =>
      fetch(`${url}/api/health`).then(
        ({ ok }) => ok,
        () => false
      ),
    'the home'
  )
  const { body } = await hub.call('POST', '/api/cluster/invite')
  const accept = { method: 'POST', body: { invite_token: body.invite_token }, headers: authorized(OPERATOR_KEY) }
  assert.equal((await request(`${url}/api/cluster/accept`, accept)).body.reach_back, 'reverse')
  await sees(hub, 'home', 'online')

  child.kill('SIGSTOP')
  const checked = await hub.call('POST', '/api/cluster/peers/home/check')
  assert.deepEqual([checked.body.state, checked.body.evidence.at(-1).class], ['suspect', 'timeout'])
  child.kill('SIGCONT')
  await sees(hub, 'home', 'online')
  child.kill('SIGKILL')
  const peer = await entry(hub, 'home', ({ evidence }) => evidence.at(-1).class === 'unlinked')
  assert.notEqual(peer.state, 'online')
})

test('two hundred that are linked are back after a restart of the server that they dial', async (t) => {
  const MANY = 200
  const hub = await startNode(t, { name: 'hub' })
  const fake = await startFakePeer({ name: 'all' })
  t.after(() => fake.close())
  for (let number = 0; number < MANY; number++) {
    const invite = await hub.call('POST', '/api/cluster/invite')
    const body = {
      invite_token: invite.body.invite_token,
      url: `http://10.255.0.${number}:9`,
      api_key: `key-of-home-${number}-0123456789`,
      name: `home-${number}`
    }
    const { body: answer, status, text } = await request(`${hub.url}/api/cluster/exchange`, { method: 'POST', body })
    assert.equal(status, 200, text)
    const keeper = keepLinks({
      dial: () => dial(hub.url, answer.api_key),
      serve: (socket) => fake.server.emit('connection', socket)
    })
    t.after(() => keeper.stop({ all: true }))
  }
  const online = (node: typeof hub) =>
    until(async () => {
      const { body } = await node.call('GET', '/api/cluster/peers')
      return body.peers.filter(({ state }: { state: string }) => state === 'online').length === MANY
    }, 'all of them online')
  await online(hub)
  await hub.stop()
  const port = Number(new URL(hub.url).port)
  const again = await startNode(t, { name: 'hub', folder: hub.folder, config: { 'api.port': port } })
  await online(again)
})

function dial(url: string, key: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const get = http.get(`${url}/api/cluster/reverse`, { agent: false, headers: { ...TURN, ...authorized(key) } })
    get.once('error', reject).once('upgrade', (_answer, socket) => resolve(socket))
    get.once('response', ({ statusCode, socket }) => {
      socket.destroy()
      reject(new Error(`status ${statusCode}`))
    })
  })
}

async function free(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
