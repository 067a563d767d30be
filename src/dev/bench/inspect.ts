/**
 * What the inspector costs the machines: with nobody watching, with somebody who watches one peer, and with somebody
 * who watches everything. CPU time, one cluster for each case, all in one process. Fails when nobody watching costs more
 * than 5 %.
 *
 *   npm run bench:inspect
 */

import { createEventLog } from '../../cluster/events/event-log.ts'
import { createCluster } from '../../cluster/liveness/liveness.ts'
import { createInspector } from '../../inspector/inspector.ts'
import type { Scope } from '../../schemas/inspection/inspection.ts'

const PEERS = 100
const ROUNDS = 150
const CHECKS_EACH = 3
const ALLOWED = 1.05

interface Case {
  name: string
  run(): Promise<void>
  stop(): void
  microseconds: number[]
}

const plain = await createCase('no inspector')
const quiet = [
  plain,
  await createCase('nobody watches', () => () => {}),
  await createCase('somebody watched before', (watch) => {
    watch({ kind: 'all' })()
    return () => {}
  })
]
await measure(quiet)
const unwatched = plain.microseconds
const rows = quiet.map((one) => ({ ...one, ratio: ratioOf(one.microseconds, unwatched) }))

// Apart from the others: who comes after a watcher would pay for collecting his garbage.
const again = { ...plain, microseconds: [] }
const watched = [
  await createCase('somebody watches one peer', (watch) => watch({ kind: 'peer', id: 'peer-7' })),
  await createCase('somebody watches everything', (watch) => watch({ kind: 'all' }))
]
await measure([again, ...watched])
rows.push(...watched.map((one) => ({ ...one, ratio: ratioOf(one.microseconds, again.microseconds) })))
for (const { stop } of rows) stop()

console.log(`| ${PEERS} peers, each asked by its machine | CPU for a question and its answer | ratio |\n|---|---|---|`)
for (const { name, microseconds, ratio } of rows) {
  console.log(`| ${name} | ${median(microseconds).toFixed(1)} µs | ${ratio.toFixed(2)} |`)
}
const worst = Math.max(...rows.slice(1, 3).map(({ ratio }) => ratio))
console.log(`\nNobody watching: ${worst.toFixed(3)}, allowed ${ALLOWED}`)
process.exitCode = worst <= ALLOWED ? 0 : 1

/** In turns, each once in every place, so that other load and a warm machine are the same for all. */
async function measure(cases: readonly Case[]) {
  // The first rounds only warm up.
  for (let round = -30; round < ROUNDS; round++) {
    for (let place = 0; place < cases.length; place++) {
      const one = cases[(place + round + 30) % cases.length]
      const before = process.cpuUsage()
      await one?.run()
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) one?.microseconds.push((user + system) / (PEERS * CHECKS_EACH))
    }
  }
}

type Watch = (scope: Scope) => () => void

async function createCase(name: string, begin?: (watch: Watch) => () => void): Promise<Case> {
  const cluster = createCluster({
    probe: async () => ({ ok: true, asked: 'GET /api/health', at: Date.now(), durationMs: 1, version: '0.1.0' }),
    events: createEventLog({})
  })
  const ids = Array.from({ length: PEERS }, (_, at) => `peer-${at}`)
  cluster.start(
    ids.map((id) => ({ id, name: id, url: `http://${id}.test`, pending: false, removed: false, features: [] }))
  )
  const checkAll = () => Promise.all(ids.map(cluster.check))
  await checkAll()
  const inspector = begin && createInspector({ roots: cluster.roots, onRoot: () => () => {} })
  const stopWatching = begin?.((scope) => {
    const watching = inspector?.watch({ send: () => {}, buffered: () => 0 }, scope)
    return () => watching?.stop()
  })
  return {
    name,
    microseconds: [],
    async run() {
      for (let time = 0; time < CHECKS_EACH; time++) await checkAll()
    },
    stop() {
      stopWatching?.()
      cluster.stop()
    }
  }
}

function ratioOf(some: readonly number[], others: readonly number[]): number {
  return median(some) / median(others)
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
}
