import { subscribe } from 'node:diagnostics_channel'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { loadConfig } from '../../config/config.ts'
import { type Daemon, startDaemon } from '../../daemon/daemon.ts'
import { isRecord } from '../../untyped.ts'
import { median, printTable } from './processes/load.ts'
import { until } from './processes/processes.ts'

const KEY = 'operator-key-of-the-benchmark-0123456789'
const JOINS = 5
/** A process that does nothing but watch its peers takes less of a core. */
const IDLE_SHARE = 0.1
const LONGEST_IDLE_MS = 5_000

interface Options {
  /** Servers of the star that becomes a mesh, and of the one that a newcomer joins. */
  nodes: number
  around: number
  /** Members that a server has when another joins. */
  members: readonly number[]
}

/** How a cluster comes to know itself: whole agents with their stores and requests, all of them in this one process. */
export async function benchIntroductions({ nodes, around, members }: Options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'deployments'))
  const bytes = countBytes()
  const world = { folder, started: 0, bytes }
  const rows = [...(await starToMesh(world, nodes)), ...(await newcomer(world, around))]
  printTable(['one process, one core', 'pairs', 's', 'CPU ms a pair', 'KB a pair', 'CPU s a node', 'MB a node'], rows)
  await joinsAmong(world, members)
}

interface World {
  folder: string
  started: number
  bytes: () => number
}

async function starToMesh(world: World, nodes: number): Promise<string[][]> {
  const all = await star(world, nodes)
  const [hub] = all
  if (!hub) return []
  await until(async () => (await fingerprints(hub)) === nodes - 1, 'the cards of all', 300_000)
  const pairs = ((nodes - 1) * (nodes - 2)) / 2
  const row = await measured(
    world,
    { what: `a star of ${nodes} becomes a mesh`, pairs, servers: nodes - 1 },
    async () => {
      await call(hub, 'POST', '/introduce')
      await until(() => all.every((one) => online(one) === nodes - 1), 'the mesh', 600_000)
    }
  )
  await Promise.all(all.map((one) => one.close()))
  return [row]
}

/** Those around it need not know each other: what it costs is the newcomer's own pairs. */
async function newcomer(world: World, around: number): Promise<string[][]> {
  const all = await star(world, around)
  const [hub] = all
  if (!hub) return []
  await until(async () => (await fingerprints(hub)) === around - 1, 'the cards of all', 300_000)
  const late = await start(world)
  const row = await measured(world, { what: `a newcomer among ${around}`, pairs: around, servers: 1 }, async () => {
    await join(hub, late, true)
    await until(() => online(late) === around, 'the newcomer knowing all', 300_000)
  })
  await Promise.all([...all, late].map((one) => one.close()))
  return [row]
}

/** What a join costs a server that has many members already. */
async function joinsAmong(world: World, counts: readonly number[]) {
  const rows: string[][] = []
  for (const count of counts) {
    const hub = await start(world)
    for (let number = 0; number < count; number++) await admit(hub, number)
    const took: number[] = []
    for (let time = 0; time < JOINS; time++) {
      const one = await start(world)
      await idle()
      const before = process.cpuUsage()
      await join(hub, one, true)
      await until(() => online(one) === 1, 'the join')
      await idle()
      took.push(cpuMs(process.cpuUsage(before)))
      await one.close()
    }
    await hub.close()
    rows.push([`${count}`, median(took).toFixed(0)])
  }
  printTable(['members before', 'CPU ms of a join, both sides'], rows)
}

/** All of it is divided among `servers`: those of the mesh, or the newcomer alone with what it costs the others. */
async function measured(
  world: World,
  { what, pairs, servers }: { what: string; pairs: number; servers: number },
  run: () => Promise<void>
) {
  await idle()
  const [cpu, bytes, began] = [process.cpuUsage(), world.bytes(), performance.now()]
  await run()
  const seconds = (performance.now() - began) / 1_000
  // What follows at once, such as new keys, belongs to it.
  await idle()
  const ms = cpuMs(process.cpuUsage(cpu))
  const kilobytes = (world.bytes() - bytes) / 1_000
  const ofOne = [ms / 1_000, kilobytes / 1_000].map((figure) => (figure / servers).toFixed(2))
  return [what, `${pairs}`, seconds.toFixed(1), (ms / pairs).toFixed(1), (kilobytes / pairs).toFixed(1), ...ofOne]
}

async function star(world: World, nodes: number): Promise<Daemon[]> {
  const all: Daemon[] = []
  for (let at = 0; at < nodes; at++) all.push(await start(world))
  const [hub, ...others] = all
  if (hub) for (const one of others) await join(hub, one, false)
  return all
}

function start(world: World): Promise<Daemon> {
  const name = `n${world.started++}`
  const flags = {
    ...{ deployments_path: path.join(world.folder, 'deployments'), docker_socket: '' },
    data_path: path.join(world.folder, name),
    ...{ 'api.port': 0, 'auth.api_keys': [KEY], 'cluster.enabled': true, 'cluster.server_name': name },
    'cluster.advertise_url': ''
  }
  const config = loadConfig({ env: {}, flags, cwd: world.folder })
  return startDaemon({ config, log: pino({ level: 'silent' }) })
}

async function join(inviter: Daemon, joiner: Daemon, introduce: boolean): Promise<void> {
  const { invite_token } = await call(inviter, 'POST', '/invite', { introduce, introductions: 'accept' })
  await call(joiner, 'POST', '/accept', { invite_token, introductions: 'accept', skip_checks: true })
}

/** A plain FlatRun agent that nobody will reach. */
async function admit(hub: Daemon, number: number): Promise<void> {
  const { invite_token } = await call(hub, 'POST', '/invite')
  const url = `http://10.255.${number >> 8}.${number & 255}:9`
  await call(hub, 'POST', '/exchange', {
    invite_token,
    url,
    api_key: `key-of-${number}-0123456789`,
    name: `p${number}`
  })
}

async function call({ url }: Daemon, method: string, where: string, body?: unknown) {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${KEY}`, ...type }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await fetch(`${url}/api/cluster${where}`, { method, headers, ...sent })
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`)
  return JSON.parse(await answer.text())
}

const online = ({ cluster }: Daemon) => cluster.peers().filter(({ verdict }) => verdict === 'online').length

async function fingerprints(hub: Daemon): Promise<number> {
  const { peers } = await call(hub, 'GET', '/peers')
  return peers.filter(({ fingerprint }: { fingerprint?: string }) => fingerprint !== undefined).length
}

/** Waits until half a second was quiet: many servers that watch each other never are, and are waited for no longer. */
async function idle(): Promise<void> {
  for (let waited = 0; waited < LONGEST_IDLE_MS; waited += 500) {
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 500))
    if (cpuMs(process.cpuUsage(before)) < 500 * IDLE_SHARE) return
  }
}

const cpuMs = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000

/** All that connections which were accepted have carried by now, both ways. */
function countBytes(): () => number {
  const open = new Set<Socket>()
  let ended = 0
  const carried = ({ bytesRead, bytesWritten }: Socket) => bytesRead + bytesWritten
  subscribe('net.server.socket', (message) => {
    const socket = isRecord(message) ? message.socket : undefined
    if (!(socket instanceof Socket)) return
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      ended += carried(socket)
    })
  })
  return () => [...open].reduce((sum, socket) => sum + carried(socket), ended)
}
