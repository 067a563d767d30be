import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { request as ask, authorized, until } from '../daemon.ts'
import { startEngine, whyNoEngine } from './engine.ts'
import { buildImage, whyNoImage } from './image.ts'

const skip = whyNoImage() ?? whyNoEngine()
const compose = path.join(import.meta.dirname, '..', '..', 'docs', 'compose.yaml')
const DOCKER_GID = 4_242
const SHOP = `services:
  web:
    image: localhost/busybox:1
    network_mode: host
    stop_grace_period: 1s
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.1; done"]
`

test('the image runs as docs/compose.yaml says, and starts what the engine of its host runs', { skip }, async (t) => {
  const engine = await startEngine()
  t.after(engine.stop)
  const image = buildImage()
  t.after(image.remove)
  await load(engine.dir, image.archive)

  // The agent sees /srv/deployments where its engine sees this.
  const deployments = path.join(engine.dir, 'elsewhere')
  mkdirSync(path.join(deployments, 'shop'), { recursive: true })
  writeFileSync(path.join(deployments, 'shop', 'compose.yml'), SHOP)
  chmodSync(engine.dir, 0o755)
  const socket = path.join(engine.dir, 'engine.sock')
  chownSync(socket, 0, DOCKER_GID)
  chmodSync(socket, 0o660)
  const port = await freePort()
  const other = path.join(engine.dir, 'override.yaml')
  writeFileSync(
    other,
    `services:
  agent:
    network_mode: host
    ports: !reset []
    mem_limit: !reset null
    volumes: [ "${deployments}:/srv/deployments" ]
    environment: { FLATRUN_API__HOST: 127.0.0.1, FLATRUN_API__PORT: ${port} }
`
  )
  const env = {
    PATH: process.env.PATH,
    HOME: engine.dir,
    DOCKER_HOST: engine.socket,
    IMAGE: 'localhost/flatrun-cluster:latest',
    SERVER_NAME: 'web-1',
    ADVERTISE_URL: `http://127.0.0.1:${port}`,
    DOCKER_GID: String(DOCKER_GID),
    DOCKER_SOCKET: socket
  }
  const up = (...words: string[]) =>
    promisify(execFile)(process.env.COMPOSE_V2 ?? '', ['-f', compose, '-f', other, ...words], { env })
  await engine.compose(path.join(deployments, 'shop'), 'up', '-d')
  await up('up', '-d')
  const run = (...words: string[]) => up('exec', '-T', 'agent', ...words)
  let key = ''
  const get = (place: string, method = 'GET') =>
    ask(`http://127.0.0.1:${port}/api${place}`, { method, headers: authorized(key) })
  await until(async () => (await get('/health').catch(() => undefined))?.status === 200, 'an agent that answers')
  key = (await run('cat', '/var/lib/flatrun-cluster/admin.key')).stdout.trim()

  const container = JSON.parse(await engine.inspect('flatrun-cluster-agent-1'))
  assert.deepEqual(
    [container.Config.User, container.HostConfig.ReadonlyRootfs, container.HostConfig.Init],
    ['65532:65532', true, true]
  )
  const shop = async () => (await get('/deployments/shop')).body.deployment?.status
  await until(async () => (await shop()) === 'running', 'a deployment that is known by its project')
  const stopped = await get('/deployments/shop/stop', 'POST')
  assert.equal(stopped.body.deployment?.status, 'stopped', stopped.text)
  const started = await get('/deployments/shop/start', 'POST')
  assert.equal(started.body.deployment?.status, 'running', started.text)

  // As the check of its health, and as an operator in `docker exec`; the root cannot be written.
  assert.match((await run('flatrun-cluster', 'health')).stdout, /^healthy/)
  assert.match((await run('flatrun-cluster', 'config', 'check')).stdout, /: right/)
  assert.match((await run('flatrun-cluster', 'status')).stdout, /no peers/)
  await run('flatrun-cluster', 'backup', '/tmp/web-1.backup')
  await assert.rejects(run('touch', '/x'), /Read-only file system/)

  const node = (await get('/health')).body.node_id
  await up('up', '-d', '--force-recreate')
  await until(async () => (await get('/health').catch(() => undefined))?.body.node_id === node, 'the same node')
  await up('down', '--volumes')
})

/** What `docker load` does. */
async function load(dir: string, archive: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { socketPath: path.join(dir, 'engine.sock'), path: '/v1.41/images/load', method: 'POST' }
  const call = request({ ...options, headers: { 'content-type': 'application/x-tar' } }, async (answer) => {
    const said = (await answer.toArray()).join('')
    if (answer.statusCode === 200) resolve()
    else reject(new Error(`the image was not loaded: ${answer.statusCode} ${said}`))
  })
  call.on('error', reject)
  createReadStream(archive).pipe(call)
  return promise
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return address !== null && typeof address === 'object' ? address.port : 0
}
