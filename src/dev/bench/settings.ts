import { type Agent, startAgent } from './processes/daemon.ts'
import { load, median, printTable } from './processes/load.ts'
import { cpuMs, memoryMiB, type Processes, until } from './processes/processes.ts'

const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  'as the service sets it': {},
  'MALLOC_MMAP_THRESHOLD_=32768': { MALLOC_MMAP_THRESHOLD_: '32768' },
  'MALLOC_MMAP_THRESHOLD_=65536': { MALLOC_MMAP_THRESHOLD_: '65536' },
  'MALLOC_ARENA_MAX=1': { MALLOC_ARENA_MAX: '1' },
  '--max-semi-space-size=8': { NODE_OPTIONS: '--max-semi-space-size=8' },
  '--max-semi-space-size=4': { NODE_OPTIONS: '--max-semi-space-size=4' }
}
const CASES = [
  { title: '1 KiB, 1 connection', path: 'small', connections: 1 },
  { title: '1 KiB, 64 connections', path: 'small', connections: 64 },
  { title: '1 MiB, 8 connections', path: 'large', connections: 8 }
]

interface Target {
  name: string
  agent: Agent
  /** Processor of a request, µs, by case and round. */
  cpuUs: Map<string, number[]>
}

/** What settings of the C library and of V8 take off the memory of an agent that proxies, and what they cost it. */
export async function benchSettings(processes: Processes, { rounds, seconds }: { rounds: number; seconds: number }) {
  const { ready: port } = await processes.startOwn('upstream.ts')
  const targets: Target[] = []
  for (const [name, env] of Object.entries(SETTINGS)) {
    const agent = await startAgent(processes, undefined, undefined, env)
    await agent.admit('peer', `http://127.0.0.1:${port}`)
    await until(async () => (await agent.states()).every((state) => state === 'online'), 'the peer online')
    targets.push({ name, agent, cpuUs: new Map(CASES.map(({ title }) => [title, []])) })
  }
  for (let round = 0; round < rounds; round++)
    for (const one of CASES)
      for (let at = 0; at < targets.length; at++) await run(targets[(at + round) % targets.length], one, seconds)
  report(targets)
  processes.stopAll()
}

async function run(target: Target | undefined, { title, path, connections }: (typeof CASES)[number], seconds: number) {
  if (!target) return
  const { url, child, authorization } = target.agent
  const before = cpuMs(child)
  const { requests } = await load(`${url}/api/cluster/peers/peer/proxy/${path}`, {
    connections,
    seconds,
    authorization
  })
  target.cpuUs.get(title)?.push(((cpuMs(child) - before) * 1_000) / requests)
}

function report(targets: readonly Target[]) {
  const [first] = targets
  const against = ({ cpuUs }: Target, title: string) =>
    median((cpuUs.get(title) ?? []).map((value, round) => value / (first?.cpuUs.get(title)?.[round] ?? Number.NaN)))
  printTable(
    ['setting', 'RSS after, MiB', ...CASES.map(({ title }) => `CPU × the first: ${title}`)],
    targets.map((target) => [
      target.name,
      memoryMiB(target.agent.child).toFixed(0),
      ...CASES.map(({ title }) => against(target, title).toFixed(2))
    ])
  )
}
