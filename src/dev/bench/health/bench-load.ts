import type { Figure } from './figure.ts'
import { type Measured, startPeers, startWatcher } from './watcher.ts'

const INTERVAL_MS = 30_000

/** By then every connection is open and every peer has its place in the interval. */
const SETTLED_MS = 75_000
/** Long enough for collections of the whole heap to be in it as often as they happen. */
const MEASURED_MS = 240_000

/**
 * Thousands of peers, each at an address of its own, with the machines and with bare timers. Both at the same time: what
 * a probe costs depends on what else the machine does, and so the two are compared in the same minutes.
 */
export async function* benchLoad(): AsyncGenerator<Figure> {
  for (const count of [1_000, 10_000]) {
    const { ours, bare } = await load(count)
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

async function load(count: number): Promise<{ ours: Measured & { startMs: number }; bare: Measured }> {
  const server = await startPeers('0.0.0.0', [0])
  const peers = Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    url: `http://127.1.${index >> 8}.${index & 255}:${server.ports[0]}`
  }))
  const task = { peers, intervalMs: INTERVAL_MS, measureAfterMs: SETTLED_MS, measureMs: MEASURED_MS }
  const [ours, bare] = [startWatcher(task), startWatcher({ ...task, bare: true })]
  const [measured, measuredBare] = await Promise.all([ours.measured, bare.measured])
  await Promise.all([ours, bare, server].map(({ stop }) => stop()))
  return { ours: { ...measured, startMs: ours.startMs() }, bare: measuredBare }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

function limit(what: string, measured: string, reach: string, reached: boolean): Figure {
  return { what, measured, reach, reached }
}
