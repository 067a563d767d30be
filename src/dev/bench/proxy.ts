import type { ChildProcess } from 'node:child_process'
import { startAgent } from './processes/daemon.ts'
import { type Load, load, median, printTable } from './processes/load.ts'
import { startOthers } from './processes/others.ts'
import { cpuMs, memoryMiB, type Processes, until } from './processes/processes.ts'

interface Target {
  name: string
  url: string
  child: ChildProcess
  authorization?: string
}

interface Round extends Load {
  cpuUs: number
}

const CASES = [
  { title: '1 KiB of JSON, 1 connection', path: 'small', connections: 1 },
  { title: '1 KiB of JSON, 16 connections', path: 'small', connections: 16 },
  { title: '1 KiB of JSON, 64 connections', path: 'small', connections: 64 },
  { title: '1 MiB, 8 connections', path: 'large', connections: 8 }
]
const BASE = 'bare undici'
const DISPATCH = 'bare undici, dispatch'
const OURS = 'this agent'
const FRONT = 'this agent, in front of FlatRun’s'

/** Proxies side by side before one upstream, in alternating rounds. Ours authenticates and decides; the bare ones do not. */
export async function benchProxy(processes: Processes, { rounds, seconds }: { rounds: number; seconds: number }) {
  const { ready: port } = await processes.startOwn('upstream.ts')
  const origin = `http://127.0.0.1:${port}`
  const agent = await startAgent(processes)
  await agent.admit('peer', origin)
  await until(async () => (await agent.states()).every((state) => state === 'online'), 'the peer online')

  const front = await startAgent(processes, undefined, undefined, {
    FLATRUN_FLATRUN__URL: origin,
    FLATRUN_FLATRUN__API_KEY: 'admin-key-of-flatrun-0123456789'
  })

  const targets: Target[] = [
    { name: FRONT, url: `${front.url}/api`, child: front.child, authorization: front.authorization },
    {
      name: OURS,
      url: `${agent.url}/api/cluster/peers/peer/proxy`,
      child: agent.child,
      authorization: agent.authorization
    }
  ]
  for (const [name, kind] of [
    [BASE, 'stream'],
    [DISPATCH, 'dispatch'],
    ['plain http-proxy', 'plugin']
  ] as const) {
    const { child, ready } = await processes.startOwn('relay.ts', origin, kind)
    targets.push({ name, url: `http://127.0.0.1:${ready}/api`, child })
  }
  for (const { name, url, child } of await startOthers(processes, port))
    targets.push({ name, url: `${url}/api`, child })

  for (const target of targets) await run(target, 'small', 64, 2)
  for (const { title, path, connections } of CASES) {
    const results = new Map<string, Round[]>(targets.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      // Each round begins with another one, so that none always follows the same.
      for (let at = 0; at < targets.length; at++) {
        const target = targets[(at + round) % targets.length]
        if (target) results.get(target.name)?.push(await run(target, path, connections, seconds))
      }
    }
    report(title, targets, results)
  }
  processes.stopAll()
}

async function run(
  { url, child, authorization }: Target,
  path: string,
  connections: number,
  seconds: number
): Promise<Round> {
  const before = cpuMs(child)
  const result = await load(`${url}/${path}`, { connections, seconds, ...(authorization && { authorization }) })
  if (result.failures > 0) console.log(`${url}: ${result.failures} failures`)
  return { ...result, cpuUs: ((cpuMs(child) - before) * 1_000) / result.requests }
}

function report(title: string, targets: readonly Target[], results: ReadonlyMap<string, readonly Round[]>) {
  const of = (name: string, pick: (round: Round) => number) => median((results.get(name) ?? []).map(pick))
  const speed = (name: string) => of(name, ({ requestsPerSecond }) => requestsPerSecond)
  /** Compared round by round, so that what slows a whole round down counts for none. */
  const against = (name: string, base: string) => {
    const bases = results.get(base) ?? []
    const ratios = (results.get(name) ?? []).map(
      ({ requestsPerSecond }, at) => requestsPerSecond / (bases[at]?.requestsPerSecond ?? Number.NaN)
    )
    return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`
  }
  console.log(`\n${title}\n`)
  printTable(
    ['proxy', 'requests/s', 'MB/s', `× ${BASE} (lowest–highest)`, 'p50 ms', 'p99 ms', 'CPU µs/request', 'RSS MiB'],
    targets.map(({ name, child }) => [
      name,
      speed(name).toFixed(0),
      (of(name, ({ bytesPerSecond }) => bytesPerSecond) / 1e6).toFixed(0),
      against(name, BASE),
      of(name, ({ p50Ms }) => p50Ms).toFixed(0),
      of(name, ({ p99Ms }) => p99Ms).toFixed(0),
      of(name, ({ cpuUs }) => cpuUs).toFixed(0),
      memoryMiB(child).toFixed(0)
    ])
  )
  console.log(`\n${DISPATCH} × ${FRONT}: ${against(DISPATCH, FRONT)}`)
  if (results.has('caddy')) console.log(`${OURS} × caddy: ${against(OURS, 'caddy')}\n`)
}
