import type { Figure } from './figure.ts'
import { type Measured, startPeers, startWatcher } from './watcher.ts'

const INTERVAL_MS = 30_000

/** Thousands of peers, each at an address of its own, with the machines and with bare timers. */
export async function* benchLoad(): AsyncGenerator<Figure> {
  for (const count of [1_000, 10_000]) {
    const bare = await load(count, true)
    const ours = await load(count, false)
    const many = `${count.toLocaleString('en')} peers, 30 s interval`
    const ratio = ours.cpuShare / bare.cpuShare
    if (count === 10_000) {
      const kept = ours.probes / ours.expected
      yield { what: `${many}: probes on schedule`, measured: percent(kept), reach: '≥ 98 %', reached: kept >= 0.98 }
      yield limit(`${many}: CPU, of one core`, percent(ours.cpuShare), '≤ 25 %', ours.cpuShare <= 0.25)
      yield limit(`${many}: event loop p99`, `${ours.delayP99Ms.toFixed(0)} ms`, '≤ 50 ms', ours.delayP99Ms <= 50)
      yield limit(`${many}: RSS`, `${ours.rssMb.toFixed(0)} MB`, '≤ 500 MB', ours.rssMb <= 500)
      yield limit(`${many}: start`, `${(ours.startMs / 1_000).toFixed(1)} s`, '≤ 5 s', ours.startMs <= 5_000)
    }
    const measured = `${ratio.toFixed(2)} (${percent(ours.cpuShare)} against ${percent(bare.cpuShare)} of a core)`
    yield limit(`${many}: CPU against bare timers with the same probes`, measured, '≤ 1.5', ratio <= 1.5)
  }
}

async function load(count: number, bare: boolean): Promise<Measured & { startMs: number }> {
  const server = await startPeers('0.0.0.0', [0])
  const peers = Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    url: `http://127.1.${index >> 8}.${index & 255}:${server.ports[0]}`
  }))
  // By then every connection is open and every peer has its place in the interval.
  const watcher = startWatcher({ peers, bare, intervalMs: INTERVAL_MS, measureAfterMs: 75_000, measureMs: 60_000 })
  const measured = await watcher.measured
  await Promise.all([watcher.stop(), server.stop()])
  return { ...measured, startMs: watcher.startMs() }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

function limit(what: string, measured: string, reach: string, reached: boolean): Figure {
  return { what, measured, reach, reached }
}
