import { type Agent, startAgent } from './processes/daemon.ts'
import { load, median, percentile, printTable } from './processes/load.ts'
import { memoryMiB, type Processes, until } from './processes/processes.ts'

interface Options {
  rounds: number
  seconds: number
}

const DEPLOYMENTS = '/api/cluster/deployments'
const CALLS = 20

/** Aggregates over 100 and 1,000 peers: cold, warm, with 1 % of them hanging, and what else the agent does meanwhile. */
export async function benchAggregate(processes: Processes, options: Options) {
  const rows: string[][] = []
  for (const count of [100, 1_000]) rows.push(...(await withPeers(processes, count, options)))
  await isolation(processes, options)
  console.log('\nGET /api/cluster/deployments, one call at a time\n')
  printTable(['peers', 'when', 'p50 ms', 'p90 ms', 'answered', 'failed'], rows)
  processes.stopAll()
}

async function withPeers(processes: Processes, count: number, { seconds }: Options): Promise<string[][]> {
  const { child: peers, ready: control } = await processes.startOwn('peers.ts', String(count))
  const { ports, bytes } = JSON.parse(await (await fetch(`http://127.0.0.1:${control}/`)).text())
  const first = await startAgent(processes)
  for (const [at, port] of ports.entries()) await first.admit(`peer-${at}`, `http://127.0.0.1:${port}`)
  await allOnline(first)
  await processes.stop(first.child)

  const agent = await startAgent(processes, first.folder)
  const rows: string[][] = []
  const row = async (when: string, calls: number) => {
    const { times, answered, failed } = await ask(agent, calls)
    rows.push([
      String(count),
      when,
      median(times).toFixed(0),
      percentile(times, 90).toFixed(0),
      `${answered}`,
      `${failed}`
    ])
  }
  await row('cold: the first call after a start', 1)
  await allOnline(agent)
  await row('warm', CALLS)
  await busy(agent, count, bytes, seconds)

  const hanging = Math.max(1, count / 100)
  await fetch(`http://127.0.0.1:${control}/hang?count=${hanging}`)
  await row(`${hanging} hang, first sight`, 1)
  await until(async () => (await agent.states()).filter((state) => state === 'offline').length === hanging, 'offline')
  await row(`${hanging} hang, known`, CALLS)
  await processes.stop(agent.child)
  await processes.stop(peers)
  return rows
}

const allOnline = (agent: Agent) =>
  until(async () => (await agent.states()).every((state) => state === 'online'), 'all peers online')

async function ask(agent: Agent, calls: number) {
  const times: number[] = []
  let summary = { answered: 0, failed: 0 }
  for (let call = 0; call < calls; call++) {
    const started = performance.now()
    const text = await agent.call('GET', DEPLOYMENTS)
    times.push(performance.now() - started)
    summary = JSON.parse(text).summary
  }
  return { times, ...summary }
}

/** Many at once: whether every healthy peer is still shown as that, and what it costs. */
async function busy(agent: Agent, count: number, bytes: number, seconds: number) {
  const started = performance.now()
  const texts = await Promise.all(Array.from({ length: 200 }, () => agent.call('GET', DEPLOYMENTS)))
  const tookMs = performance.now() - started
  const wrong = texts.filter((text) => JSON.parse(text).summary.failed > 0).length
  const peak = memoryMiB(agent.child, 'VmHWM')
  console.log(
    `\n${count} peers of ${bytes} bytes: 200 aggregates at once took ${tookMs.toFixed(0)} ms; ${wrong} of them showed a ` +
      `healthy peer as away; memory ${memoryMiB(agent.child).toFixed(0)} MiB, at most ${peak.toFixed(0)} MiB`
  )
  const limits = { seconds, authorization: agent.authorization }
  const [peers, health] = await Promise.all([
    load(`${agent.url}/api/cluster/peers`, { connections: 8, ...limits }),
    load(`${agent.url}/api/health`, { connections: 1, ...limits })
  ])
  console.log(
    `GET /api/cluster/peers: ${peers.requestsPerSecond.toFixed(0)} requests/s, p99 ${peers.p99Ms} ms; ` +
      `p99 of GET /api/health meanwhile: ${health.p99Ms} ms\n`
  )
}

/** One peer that answers nothing, and whether another notices. */
async function isolation(processes: Processes, { rounds, seconds }: Options) {
  const [one, two] = [await processes.startOwn('upstream.ts'), await processes.startOwn('upstream.ts')]
  const agent = await startAgent(processes)
  await agent.admit('healthy', `http://127.0.0.1:${one.ready}`)
  await agent.admit('hanging', `http://127.0.0.1:${two.ready}`)
  await allOnline(agent)
  const proxy = (peer: string, path: string) => `${agent.url}/api/cluster/peers/${peer}/proxy/${path}`
  const ask = () => load(proxy('healthy', 'small'), { connections: 16, seconds, authorization: agent.authorization })
  await ask()
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const alone = await ask()
    const leaving = new AbortController()
    const headers = { authorization: agent.authorization }
    for (let call = 0; call < 100; call++) {
      fetch(proxy('hanging', 'hang'), { headers, signal: leaving.signal }).catch(() => {})
    }
    const beside = await ask()
    leaving.abort()
    ratios.push(beside.p99Ms / alone.p99Ms)
  }
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`
  console.log(`\n100 proxied calls hang at one peer: another peer's p99 × ${median(ratios).toFixed(2)} (${range})\n`)
  await processes.stop(agent.child)
}
