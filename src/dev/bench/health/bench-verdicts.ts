import { setTimeout as pause } from 'node:timers/promises'
import type { Verdict } from '../../../schemas/health.ts'
import { type Figure, median, monotonic, seconds } from './figure.ts'
import { startPeers, startWatcher } from './watcher.ts'

const FEW = 5
const SILENT = 200
const WELL = 300

/** Processes that are killed, restarted and stopped, watched at the usual 30 s. */
export async function* benchVerdicts(): AsyncGenerator<Figure> {
  // Enough that stay well: who sees most peers fail at once doubts itself.
  const groups = { well: WELL, killed: FEW, restarted: FEW, silent: SILENT }
  const started = await Promise.all(
    Object.values(groups).map((count) => startPeers('127.0.0.1', new Array(count).fill(0)))
  )
  const [well, killed, restarted, silent] = started
  if (!well || !killed || !restarted || !silent) return
  const named = Object.keys(groups).flatMap((name, index) =>
    (started[index]?.ports ?? []).map((port) => ({ id: `${name}-${port}`, url: `http://127.0.0.1:${port}` }))
  )
  const watcher = startWatcher({ peers: named })
  // Long enough that each has its own place in the interval.
  await pause(50_000)

  const from = monotonic()
  killed.child.kill('SIGKILL')
  restarted.child.kill('SIGKILL')
  silent.child.kill('SIGSTOP')
  await pause(14_000)
  const again = await startPeers('127.0.0.1', restarted.ports)
  await pause(70_000)
  await Promise.all([watcher.stop(), again.stop(), ...started.map((peers) => peers.stop())])

  const times = (group: string, to: Verdict) =>
    watcher.changes
      .filter((change) => change.id.startsWith(group) && change.to === to && change.at > from)
      .map((change) => change.at - from)
  const worst = (values: number[], expected: number) =>
    values.length < expected ? Number.POSITIVE_INFINITY : Math.max(...values)

  const suspect = worst(times('killed', 'suspect'), FEW)
  yield row('killed process: suspect', suspect, 1_000)
  yield row('killed process: offline', worst(times('killed', 'offline'), 5), 20_000)
  const reported = times('restarted', 'offline').length
  yield {
    what: 'restart within 15 s: reported',
    measured: `${reported} of ${FEW}`,
    reach: '0',
    reached: reported === 0
  }
  const hung = times('silent', 'offline')
  yield row(`silent host: offline, longest of ${SILENT}`, worst(hung, SILENT), 75_000)
  yield row(`silent host: offline, median of ${SILENT}`, median(hung), 55_000)
}

function row(what: string, ms: number, limitMs: number): Figure {
  return { what, measured: seconds(ms), reach: `≤ ${seconds(limitMs)}`, reached: ms <= limitMs }
}
