import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Agent, startAgent } from './processes/daemon.ts'
import { load, median, percentile, printTable } from './processes/load.ts'
import { memoryMiB, type Processes, until } from './processes/processes.ts'

interface Options {
  rounds: number
  seconds: number
  /** Servers that are linked at once. */
  linked?: number
}

const GIB = 1 << 30
const AWAY_MS = 5_000
/** Where the agent puts what lives on its heap. */
const SNAPSHOTS = mkdtempSync(path.join(tmpdir(), 'flatrun-heap-'))

/** A server that dials beside one that is dialled, in alternating rounds; then many that dial, and what a restart does. */
export async function benchReverse(processes: Processes, { rounds, seconds, linked = 1_000 }: Options) {
  const agent = await startAgent(processes, undefined, undefined, {
    NODE_OPTIONS: `--max-semi-space-size=16 --heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${SNAPSHOTS}`
  })
  const { ready: port } = await processes.startOwn('linked.ts', agent.url, keysIn([]))
  await agent.admit('direct', `http://127.0.0.1:${port}`)
  const home = await processes.startOwn('linked.ts', agent.url, keysIn([await agent.admit('reversed', nowhere(0))]))
  await until(async () => (await agent.states()).every((state) => state === 'online'), 'both online')

  await compareRequests(agent, { rounds, seconds })
  await compareBytes(agent, rounds)
  const killed = performance.now()
  home.child.kill('SIGKILL')
  await until(async () => (await agent.states()).some((state) => state !== 'online'), 'the kill seen')
  console.log(`a kill is seen after ${Math.round(performance.now() - killed)} ms (looked at every 50 ms)\n`)
  await many(processes, agent, linked)
  processes.stopAll()
}

const urlOf = (agent: Agent, peer: string) => `${agent.url}/api/cluster/peers/${peer}/proxy`
/** Where nobody answers; plain FlatRun may be joined there over plain http. */
const nowhere = (number: number) => `http://10.255.${number >> 8}.${number & 255}:9`

function keysIn(keys: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'flatrun-bench-')), 'keys')
  writeFileSync(file, keys.join('\n'))
  return file
}

async function compareRequests(agent: Agent, { rounds, seconds }: Options) {
  const rows: string[][] = []
  for (const connections of [1, 16, 48]) {
    const seen: Record<string, number[]> = { direct: [], reversed: [] }
    for (let round = 0; round < rounds; round++)
      for (const peer of round % 2 === 0 ? ['direct', 'reversed'] : ['reversed', 'direct']) {
        const { authorization } = agent
        const { requestsPerSecond, failures } = await load(`${urlOf(agent, peer)}/x`, {
          connections,
          seconds,
          authorization
        })
        if (failures > 0) console.log(`${peer}: ${failures} failures`)
        seen[peer]?.push(requestsPerSecond)
      }
    const ratio = median((seen.reversed ?? []).map((one, at) => one / (seen.direct?.[at] ?? Number.NaN)))
    rows.push([
      `${connections}`,
      ...['direct', 'reversed'].map((peer) => median(seen[peer] ?? []).toFixed(0)),
      ratio.toFixed(2)
    ])
  }
  printTable(['at once', 'direct, requests/s', 'reversed', 'ratio'], rows)
}

async function compareBytes(agent: Agent, rounds: number) {
  const took: Record<string, number[]> = { direct: [], reversed: [] }
  for (let round = 0; round < rounds; round++)
    for (const peer of ['direct', 'reversed']) {
      const began = performance.now()
      const headers = { authorization: agent.authorization }
      const answer = await fetch(`${urlOf(agent, peer)}/x?bytes=${GIB}`, { headers })
      let size = 0
      for await (const chunk of answer.body ?? []) size += chunk.length
      if (size !== GIB) throw new Error(`${peer}: ${size} bytes`)
      took[peer]?.push(performance.now() - began)
    }
  const [direct, reversed] = [median(took.direct ?? []), median(took.reversed ?? [])]
  const s = (ms: number) => `${(ms / 1_000).toFixed(2)} s`
  console.log(`1 GiB down: direct ${s(direct)}, reversed ${s(reversed)}, ratio ${(direct / reversed).toFixed(2)}\n`)
}

async function many(processes: Processes, agent: Agent, linked: number) {
  const keys: string[] = []
  for (let number = 1; number <= linked; number++) keys.push(await agent.admit(`home-${number}`, nowhere(number)))
  const isLinked = async (at: Agent) =>
    (await reaches(at)).filter(({ reach, state }) => reach === 'reverse' && state === 'online').length
  const before = await livingKb(agent)
  await processes.startOwn('linked.ts', agent.url, keysIn(keys))
  await until(async () => (await isLinked(agent)) >= linked, 'all linked')
  const all = memoryMiB(agent.child).toFixed(0)
  const each = ((await livingKb(agent)) - before) / linked
  console.log(`${linked} linked: ${each.toFixed(1)} KB each of what lives on the heap (RSS ${all} MiB in all)`)

  const gone = performance.now()
  agent.child.kill('SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS))
  const again = await startAgent(processes, agent.folder, Number(new URL(agent.url).port))
  const began = performance.now()
  const back: number[] = []
  await until(async () => {
    // What is asked for here is the answer of all servers, and costs the agent that is measured.
    await new Promise((resolve) => setTimeout(resolve, 250))
    const online = await isLinked(again)
    while (back.length < online) back.push(performance.now() - began)
    return back.length >= linked
  }, 'all back')
  const at = [50, 90, 99].map((share) => `${share} % after ${(percentile(back, share) / 1_000).toFixed(1)} s`)
  console.log(`away for ${((began - gone) / 1_000).toFixed(1)} s: ${at.join(', ')} of its first answer`)
}

async function reaches(agent: Agent): Promise<{ reach: string; state: string }[]> {
  return JSON.parse(await agent.call('GET', '/api/cluster/peers')).peers
}

/**
 * What lives on the heap, buffers included, in KB. The memory of the process says less of some thousand small objects than
 * of when the collector last ran.
 */
async function livingKb({ child }: Agent): Promise<number> {
  for (const old of readdirSync(SNAPSHOTS)) rmSync(path.join(SNAPSHOTS, old))
  child.kill('SIGUSR2')
  let text = ''
  await until(() => {
    text = written()
    return text.endsWith('}')
  }, 'a snapshot of the heap')
  const { snapshot, nodes }: Snapshot = JSON.parse(text)
  const fields = snapshot.meta.node_fields
  let bytes = 0
  for (let at = fields.indexOf('self_size'); at < nodes.length; at += fields.length) bytes += nodes[at] ?? 0
  return bytes / 1_000
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[] } }
  nodes: number[]
}

function written(): string {
  const [name] = readdirSync(SNAPSHOTS)
  return name === undefined ? '' : readFileSync(path.join(SNAPSHOTS, name), 'utf8').trimEnd()
}
