/**
 * How quickly the verdict comes and how often it is wrong: the daemon's own machines on a clock that runs as fast as
 * it can, against modelled loss, crashes, hangs and restarts.
 *
 *   npm run simulate -- [--crashes N] [--years N] [--days N] [--seed N]
 */
import { parseArgs } from 'node:util'
import { createFastClock } from './bench/health/fast-clock.ts'
import { createFleet } from './bench/health/fleet.ts'
import { type Condition, createModel, createRandom } from './bench/health/modelled.ts'

const { values } = parseArgs({
  options: {
    crashes: { type: 'string', default: '2000' },
    years: { type: 'string', default: '1' },
    days: { type: 'string', default: '0.2' },
    seed: { type: 'string', default: '1' }
  }
})
const seed = Number(values.seed)
const DAY = 86_400_000
const PEERS = 200
/** Few enough at once that nobody doubts itself. */
const FALLING = 20

console.log('| after | peers | p50 | p99 | max |\n|---|---|---|---|---|')
await detection('a crash, the closed connection noticed', 'crashed', true)
await detection('a crash, nothing noticed', 'crashed', false)
await detection('a silent host', 'hanging', false)
console.log('\n| false alarms | peer-years | for a peer and year |\n|---|---|---|')
await falseAlarms('1 % of probes lost', 0.01)
await falseAlarms('5 % of probes lost', 0.05)
await restarts()
console.log(
  '\n| seen by the other 19 of 20 nodes, which ask each other | verdicts | p50 | p99 | max |\n|---|---|---|---|---|'
)
await seen('a crash, nothing noticed', 'refused')
await seen('a silent host', 'lost')
console.log(
  '\n| what others say, 20 nodes | peer-years | confirmed | here_only | cut_off | questions for each probe |\n|---|---|---|---|---|---|'
)
await scopes('nothing lost', 0)
await scopes('1 % lost', 0.01)
await scopes('5 % lost', 0.05)
await scopes('one node loses half of its own: what it says', 0.5, 0)

/** Time from a fall to the verdict offline. */
async function detection(name: string, condition: Condition, noticed: boolean) {
  const model = createModel({ peers: PEERS, lossRate: 0, seed })
  const times: number[] = []
  await model.advance(120_000)
  for (let first = 0; times.length < Number(values.crashes); first = (first + FALLING) % PEERS) {
    const ids = Array.from({ length: FALLING }, (_, index) => `peer-${first + index}`)
    const fellAt = new Map<string, number>()
    model.forget()
    for (const id of ids) {
      await model.advance(model.random() * 3_000)
      model.set(id, condition)
      fellAt.set(id, model.clock.now())
      if (noticed) model.cluster.reportFailure(id)
    }
    await model.advance(120_000)
    for (const [id, at] of fellAt) times.push((model.offlineAt(id) ?? Number.POSITIVE_INFINITY) - at)
    for (const id of ids) model.set(id, 'well')
    await model.advance(120_000)
  }
  model.close()
  print(name, times)
}

/** Time from a fall to the verdict offline of each that watches. */
async function seen(name: string, way: 'refused' | 'lost') {
  const nodes = 20
  const { clock, advance } = createFastClock()
  const random = createRandom(seed)
  let fallen: number | undefined
  const fleet = createFleet({
    ...{ nodes, clock, random },
    path: (from, to) => (from === fallen || to === fallen ? way : 'ok')
  })
  fleet.start()
  const times: number[] = []
  for (let fall = 0; times.length < Number(values.crashes); fall++) {
    await advance(180_000 + random() * 30_000)
    fallen = fall % nodes
    const at = clock.wall()
    await advance(120_000)
    const verdicts = fleet.offlines().filter((one) => one.about === fallen && one.at >= at)
    const found = new Map(verdicts.map((one) => [one.node, one.at - at]))
    for (let node = 0; node < nodes; node++)
      if (node !== fallen) times.push(found.get(node) ?? Number.POSITIVE_INFINITY)
    fallen = undefined
  }
  fleet.stop()
  print(name, times)
}

/** Verdicts of offline on peers that never fell. */
async function falseAlarms(name: string, lossRate: number) {
  const years = Number(values.years)
  const model = createModel({ peers: PEERS, lossRate, seed })
  await model.advance((years * 365 * DAY) / PEERS)
  model.close()
  console.log(`| ${name} | ${years} | ${(model.offlines.length / years).toFixed(2)} |`)
}

/** Outages of peers that never fell, by what others say of them, for a peer and year; of those that one node sees, or all. */
async function scopes(name: string, lossRate: number, only?: number) {
  const [nodes, days] = [20, Number(values.days)]
  const { clock, advance } = createFastClock()
  const random = createRandom(seed)
  const fleet = createFleet({
    nodes,
    clock,
    random,
    path: (from, to) =>
      (only === undefined || (from === only) !== (to === only)) && random() < lossRate ? 'lost' : 'ok'
  })
  fleet.start()
  await advance(days * DAY)
  fleet.stop()
  const years = ((only === undefined ? nodes : 1) * (nodes - 1) * days) / 365
  const rate = (scope: string) =>
    (
      fleet.offlines().filter((one) => one.scope === scope && (only === undefined || one.node === only)).length / years
    ).toFixed(2)
  const { probes, questions } = fleet.counts
  const rates = ['confirmed', 'here_only', 'cut_off'].map(rate).join(' | ')
  console.log(`| ${name} | ${years.toFixed(1)} | ${rates} | ${(questions / probes).toFixed(3)} |`)
}

/** Every peer restarts once a day, for 1 to 15 s; no probe is lost. */
async function restarts() {
  const years = Number(values.years)
  const model = createModel({ peers: PEERS, lossRate: 0, seed })
  const days = (years * 365) / PEERS
  for (let restart = 0; restart < days * PEERS; restart++) {
    const id = `peer-${restart % PEERS}`
    const lasts = 1_000 + model.random() * 14_000
    model.set(id, 'crashed')
    if (model.random() < 0.5) model.cluster.reportFailure(id)
    await model.advance(lasts)
    model.set(id, 'well')
    await model.advance(DAY / PEERS - lasts)
  }
  model.close()
  console.log(`| a restart of 1 to 15 s each day | ${years} | ${(model.offlines.length / years).toFixed(2)} |`)
}

function print(name: string, times: number[]) {
  times.sort((a, b) => a - b)
  const at = (share: number) => seconds(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0)
  console.log(`| ${name} | ${times.length} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`)
}

function seconds(ms: number) {
  return `${(ms / 1_000).toFixed(1)} s`
}
