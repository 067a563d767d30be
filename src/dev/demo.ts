/**
 * Joined agents on this machine, three unless `--nodes` says otherwise, each with sample deployments of its own. One invite
 * each to the first: they come to know each other by themselves. Ctrl-C leaves nothing behind.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { type Daemon, startDaemon } from '../daemon/daemon.ts'
import { createLog } from '../daemon/log/log.ts'

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
const NODES = nodesAsked()
const FIRST_PORT = 8091

const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-demo-'))
const daemons: Daemon[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(0))

try {
  for (const [at, name] of names().entries()) daemons.push(await start(name, FIRST_PORT + at))
  const [hub, ...others] = daemons
  if (!hub) throw new Error('no samples')
  for (const one of others) await join(hub, one)
  for (const one of daemons) await knowsAll(one)
  print(hub)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  await leave(70)
}

async function start(name: string, port: number): Promise<Daemon> {
  const home = path.join(folder, name)
  for (const [deployment, services] of Object.entries(SAMPLES[name] ?? {}))
    writeCompose(path.join(home, 'deployments', deployment), services)
  const flags = {
    deployments_path: path.join(home, 'deployments'),
    data_path: path.join(home, 'data'),
    'api.port': port,
    'auth.api_keys': [KEY],
    'cluster.enabled': true,
    'cluster.server_name': name,
    'cluster.health_interval': '10s'
  }
  const log = await createLog({ level: 'warn', format: 'pretty', journal: false, stream: process.stderr })
  return startDaemon({ config: loadConfig({ env: {}, flags, cwd: folder }), log })
}

function writeCompose(place: string, services: readonly string[]): void {
  mkdirSync(place, { recursive: true })
  const lines = services.map((service) => {
    const [name = '', ...image] = service.split(':')
    return `  ${name}:\n    image: ${image.join(':')}\n    restart: unless-stopped\n`
  })
  writeFileSync(path.join(place, 'docker-compose.yml'), `services:\n${lines.join('')}`)
}

async function join(inviter: Daemon, joiner: Daemon): Promise<void> {
  const { invite_token } = await post(`${inviter.url}/api/cluster/invite`, { introduce: true, introductions: 'accept' })
  await post(`${joiner.url}/api/cluster/accept`, { invite_token, introductions: 'accept' })
}

async function knowsAll({ cluster, url }: Daemon): Promise<void> {
  for (let tries = 0; cluster.peers().length < NODES - 1; tries++) {
    if (tries > 600) throw new Error(`${url} does not know all others after a minute`)
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
  const known = names()
  const lines = [
    `${NODES} agents are running, and each knows all others:`,
    ...daemons.map(({ url }, at) => `  ${(known[at] ?? '').padEnd(6)} ${url}/`),
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

function nodesAsked(): number {
  const most = Object.keys(SAMPLES).length
  const { nodes = '3' } = parseArgs({ options: { nodes: { type: 'string' } } }).values
  const asked = Number(nodes)
  if (Number.isInteger(asked) && asked >= 2 && asked <= most) return asked
  console.error(`--nodes: a number from 2 to ${most}`)
  process.exit(64)
}

async function leave(code: number): Promise<void> {
  await Promise.allSettled(daemons.map((daemon) => daemon.close()))
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
