/**
 * Measures what an agent costs after long: memory and descriptors through minutes of mixed load, at many peers of which
 * some hang, and how fast `/api/health` answers through whatever would hold up the event loop.
 *
 *   npm run bench:soak -- [soak] [many] [health] [--minutes 20] [--peers 1000] [--hanging 300]
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Agent, startAgent } from './processes/daemon.ts'
import { startHostile } from './processes/hostile.ts'
import { percentile, printTable } from './processes/load.ts'
import { createProcesses, memoryMiB } from './processes/processes.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '20' },
    peers: { type: 'string', default: '1000' },
    hanging: { type: 'string', default: '300' }
  }
})
const wanted = positionals.length > 0 ? positionals : ['soak', 'many', 'health']
const build = spawnSync(process.execPath, [path.join(import.meta.dirname, '..', 'build', 'build.ts')], {
  stdio: 'inherit'
})
if (build.status !== 0) process.exit(70)
const processes = createProcesses()
const rows: string[][] = []
if (wanted.includes('soak')) await soak(Number(values.minutes))
if (wanted.includes('many')) await many(Number(values.peers), Number(values.hanging))
if (wanted.includes('health')) await health()
printTable(['what', 'measured', 'to reach'], rows)
process.exit(0)

/** The stream of events, followed until its first bytes came. */
async function streamed(agent: Agent): Promise<void> {
  const over = new AbortController()
  const { body } = await fetch(`${agent.url}/api/cluster/events`, {
    headers: { authorization: agent.authorization, 'last-event-id': '0' },
    signal: over.signal
  })
  await body?.getReader().read()
  over.abort()
}

/** Peers as plain FlatRun has them, all joined. */
async function joined(agent: Agent, count: number) {
  const { ready } = await processes.startOwn('peers.ts', String(count))
  const control = `http://127.0.0.1:${ready}`
  const { ports }: { ports: number[] } = JSON.parse(await (await fetch(control)).text())
  for (const [at, port] of ports.entries()) await agent.admit(`peer-${at}`, `http://127.0.0.1:${port}`)
  return control
}

async function soak(minutes: number): Promise<void> {
  const agent = await startAgent(processes)
  await joined(agent, 20)
  const calls = [
    () => agent.call('GET', '/api/cluster/deployments'),
    () => agent.call('GET', '/api/cluster/stats'),
    () => agent.call('GET', '/api/cluster/peers/peer-1/proxy/deployments'),
    () => agent.call('GET', '/api/cluster/peers'),
    () => streamed(agent),
    () => agent.call('POST', '/api/cluster/peers/peer-2/check'),
    async () => {
      const { id } = JSON.parse(await agent.call('POST', '/api/cluster/invite'))
      await agent.call('DELETE', `/api/cluster/invites/${id}`)
    }
  ]
  const end = performance.now() + minutes * 60_000
  let failed = 0
  let done = 0
  const caller = async (first: number) => {
    for (let at = first; performance.now() < end; at++, done++) await calls[at % calls.length]?.().catch(() => failed++)
  }
  const callers = Array.from({ length: 8 }, (_, first) => caller(first))
  await wait((minutes * 60_000) / 4)
  const early = descriptors(agent)
  await Promise.all(callers)
  const [late, memory] = [descriptors(agent), memoryMiB(agent.child)]
  rows.push([
    `memory after ${minutes} minutes of mixed load (${done} calls, ${failed} failed)`,
    mib(memory),
    '≤ 250 MiB'
  ])
  rows.push(['descriptors: after a quarter of it, and at its end', `${early}, ${late}`, 'flat'])
  await processes.stop(agent.child)
}

async function many(peers: number, hanging: number): Promise<void> {
  const agent = await startAgent(processes)
  const control = await joined(agent, peers)
  await fetch(`${control}/hang?count=${hanging}`)
  for (let round = 0; round < 5; round++) await agent.call('GET', '/api/cluster/deployments')
  rows.push([`memory with ${peers} peers of which ${hanging} hang`, mib(memoryMiB(agent.child)), '≤ 300 MiB'])
  await processes.stop(agent.child)
}

async function health(): Promise<void> {
  const agent = await startAgent(processes)
  for (let at = 0; at < 6; at++) await agent.admit(`hostile-${at}`, await startHostile(processes))
  const attacks: [string, () => Promise<unknown>][] = [
    ['nothing', () => wait(1_000)],
    ['six peers that answer 4 MiB of {}, again and again', () => asked(agent)],
    ['a compose file of 27,310 services', () => listed(agent, 'compose.yml', services(27_310))],
    ['a .env of 60,000 spaces', () => listed(agent, '.env', `COMPOSE_PROJECT_NAME=a${' '.repeat(60_000)}b`)],
    ['another program that holds the store', () => held(agent)]
  ]
  for (const [what, attack] of attacks) {
    const times = await during(attack, () => fetch(`${agent.url}/api/health`).then((answer) => answer.text()))
    const [p99, most] = [percentile(times, 99), Math.max(...times)]
    rows.push([
      `/api/health through ${what}: p99, longest of ${times.length}`,
      `${ms(p99)}, ${ms(most)}`,
      'p99 ≤ 100 ms'
    ])
  }
  await processes.stop(agent.child)
}

async function during(attack: () => Promise<unknown>, ask: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let over = false
  const attacking = attack()
    .catch(() => {})
    .finally(() => {
      over = true
    })
  while (!over || times.length < 100) {
    const started = performance.now()
    await ask()
    times.push(performance.now() - started)
    await wait(5)
  }
  await attacking
  return times
}

/** For ten seconds: a share of one answer's time says nothing of a hundredth of them. */
async function asked(agent: Agent): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; )
    await Promise.all([1, 2, 3].map(() => agent.call('GET', '/api/cluster/deployments')))
}

async function listed(agent: Agent, name: string, text: string): Promise<void> {
  const place = path.join(agent.folder, `large-${name.replaceAll('.', '')}`)
  mkdirSync(place, { recursive: true })
  writeFileSync(path.join(place, 'docker-compose.yml'), 'services: {a: {image: nginx}}\n')
  writeFileSync(path.join(place, name === '.env' ? name : 'docker-compose.yml'), text)
  await wait(1_000)
  await agent.call('GET', '/api/deployments')
}

function services(count: number): string {
  const lines = Array.from({ length: count }, (_, at) => ` s${at}: {}`)
  return `services:\n${lines.join('\n')}`.slice(0, 256 * 1024)
}

async function held(agent: Agent): Promise<void> {
  const other = new DatabaseSync(path.join(agent.folder, 'data', 'cluster.db'))
  other.exec('BEGIN IMMEDIATE')
  const writes = [1, 2, 3].map(() => agent.call('POST', '/api/cluster/invite').catch(() => {}))
  await Promise.all(writes)
  other.exec('ROLLBACK')
  other.close()
}

function descriptors({ child }: Agent): number {
  return readdirSync(`/proc/${child.pid}/fd`).length
}
function mib(value: number): string {
  return `${value.toFixed(0)} MiB`
}
function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
