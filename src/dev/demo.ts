/**
 * Joined agents on this machine, three unless `--nodes` says otherwise, each with sample deployments of its own and an engine
 * that only says that they run. One invite each to the first: they come to know each other by themselves. Of two more, one
 * cannot be reached and one comes and goes, so that there is something wrong to be seen; `--calm` leaves them out. `--port`
 * is the first of the ports. Ctrl-C leaves nothing behind.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { type Daemon, startDaemon } from '../daemon/daemon.ts'
import { createLog } from '../daemon/log/log.ts'
import { type DemoProject, startDemoEngine } from './demo/engine.ts'
import { startRelay } from './demo/relay.ts'

const KEY = 'demo-operator-key'
const SAMPLES: Record<string, Record<string, string[]>> = {
  'fra-1': { shop: ['web:nginx:1.29', 'db:postgres:17'], blog: ['ghost:ghost:5'] },
  'fra-2': { shop: ['web:nginx:1.29', 'worker:busybox:1.37'], metrics: ['prometheus:prom/prometheus:v3.1.0'] },
  'nyc-1': { gitea: ['gitea:gitea/gitea:1.24', 'db:postgres:17'], mail: ['postfix:boky/postfix:4'] },
  'nyc-2': { wiki: ['web:requarks/wiki:2', 'db:postgres:17'] },
  'sgp-1': { registry: ['registry:registry:3'], cache: ['valkey:valkey/valkey:8'] },
  'sgp-2': { chat: ['web:mattermost/mattermost-team-edition:10', 'db:postgres:17'] },
  'syd-1': { photos: ['web:photoprism/photoprism:250425', 'db:mariadb:11'] },
  'syd-2': { backup: ['restic:restic/rest-server:0.13'] }
}
const TROUBLED: typeof SAMPLES = {
  'tok-1': { shop: ['web:nginx:1.28', 'db:postgres:17'] },
  'tok-2': { proxy: ['web:caddy:2.10'] }
}
/** Not those of the README. */
const FIRST_PORT = 8101
const UNREACHABLE = 'tok-1'
const UNSTABLE = 'tok-2'
/** So often it comes, and goes. */
const SWING_MS = 25_000
const { nodes: NODES, port: PORT, calm: CALM } = asked()

const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-demo-'))
const daemons: Daemon[] = []
const ends: (() => void)[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(0))

try {
  for (const [at, name] of names().entries()) daemons.push(await start(name, PORT + at))
  const [hub, ...others] = daemons
  if (!hub) throw new Error('no samples')
  for (const one of others) await join(hub, one)
  const relays = CALM
    ? []
    : [await troubled(hub, UNREACHABLE, PORT + NODES), await troubled(hub, UNSTABLE, PORT + NODES + 1)]
  for (const one of daemons) await seesAll(one)
  trouble(relays)
  print(hub)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  await leave(70)
}

/** A server behind a relay, where its peers reach it; joined like any other. */
async function troubled(hub: Daemon, name: string, port: number) {
  // It asks seldom: what the others see of it is not made good by what it sends.
  const one = await start(name, 0, {
    'cluster.advertise_url': `http://127.0.0.1:${port}`,
    'cluster.health_interval': '5m'
  })
  daemons.push(one)
  const relay = await startRelay(port, Number(new URL(one.url).port))
  ends.push(relay.close)
  await join(hub, one)
  return relay
}

function trouble([unreachable, unstable]: Awaited<ReturnType<typeof startRelay>>[]): void {
  unreachable?.cut(true)
  let away = false
  const swing = setInterval(() => {
    away = !away
    unstable?.cut(away)
  }, SWING_MS)
  ends.push(() => clearInterval(swing))
}

async function start(name: string, port: number, more: Record<string, unknown> = {}): Promise<Daemon> {
  const home = path.join(folder, name)
  const projects = Object.entries({ ...SAMPLES, ...TROUBLED }[name] ?? {}).map(([deployment, services]) =>
    written(path.join(home, 'deployments', deployment), deployment, services)
  )
  const socket = path.join(home, 'engine.sock')
  ends.push((await startDemoEngine(socket, projects)).close)
  const flags = {
    docker_socket: `unix://${socket}`,
    deployments_path: path.join(home, 'deployments'),
    data_path: path.join(home, 'data'),
    'api.port': port,
    'auth.api_keys': [KEY],
    'cluster.enabled': true,
    'cluster.server_name': name,
    'cluster.health_interval': '10s',
    ...more
  }
  const { log } = await createLog({ level: 'fatal', format: 'pretty', journal: false, stream: process.stderr })
  return startDaemon({ config: loadConfig({ env: {}, flags, cwd: folder }), log })
}

function written(place: string, name: string, said: readonly string[]): DemoProject {
  mkdirSync(place, { recursive: true })
  const services = said.map((service) => {
    const [name = '', ...image] = service.split(':')
    return { name, image: image.join(':') }
  })
  const lines = services.map(({ name, image }) => `  ${name}:\n    image: ${image}\n    restart: unless-stopped\n`)
  writeFileSync(path.join(place, 'docker-compose.yml'), `services:\n${lines.join('')}`)
  return { name, folder: place, services }
}

async function join(inviter: Daemon, joiner: Daemon): Promise<void> {
  const { invite_token } = await post(`${inviter.url}/api/cluster/invite`, { introduce: true, introductions: 'accept' })
  await post(`${joiner.url}/api/cluster/accept`, { invite_token, introductions: 'accept' })
}

async function seesAll({ cluster, url }: Daemon): Promise<void> {
  const online = () => cluster.peers().filter(({ verdict }) => verdict === 'online').length
  for (let tries = 0; online() < daemons.length - 1; tries++) {
    if (tries > 600) throw new Error(`${url} does not see all others after a minute`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function post(url: string, body?: unknown) {
  const sent =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` } }
  const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, ...sent })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

function print(hub: Daemon): void {
  const known = [
    ...names(),
    ...(CALM ? [] : [`${UNREACHABLE}, which cannot be reached`, `${UNSTABLE}, which comes and goes`])
  ]
  const lines = [
    `${daemons.length} agents are running, and each sees all others:`,
    ...daemons.map(({ url }, at) => `  ${url}/  ${known[at] ?? ''}`),
    '',
    `Sign in with the key ${KEY}, or ask one of them about all:`,
    `  curl -s -H 'Authorization: Bearer ${KEY}' ${hub.url}/api/cluster/deployments`,
    '',
    'Ctrl-C stops them and leaves nothing behind.'
  ]
  console.log(lines.join('\n'))
}

function names(): string[] {
  return Object.keys(SAMPLES).slice(0, NODES)
}

function asked(): { nodes: number; port: number; calm: boolean } {
  const most = Object.keys(SAMPLES).length
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '3' },
      port: { type: 'string', default: String(FIRST_PORT) },
      calm: { type: 'boolean', default: false }
    }
  })
  const [nodes, port] = [Number(values.nodes), Number(values.port)]
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > most) refuse(`--nodes: a number from 2 to ${most}`)
  if (!Number.isInteger(port) || port < 1 || port > 65_000) refuse('--port: a number from 1 to 65000')
  return { nodes, port, calm: values.calm }
}

function refuse(sentence: string): never {
  console.error(sentence)
  process.exit(64)
}

async function leave(code: number): Promise<void> {
  for (const end of ends) end()
  await Promise.allSettled(daemons.map((daemon) => daemon.close()))
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
