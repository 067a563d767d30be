/**
 * A process that watches peers as the daemon does: its requests, its machines, its history on disk. Or, to compare
 * with, the same requests from bare timers. What it finds out it sends to its parent.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../../clock.ts'
import { createEventLog } from '../../../cluster/events/event-log.ts'
import { createHistory } from '../../../cluster/history/history.ts'
import { createCluster } from '../../../cluster/liveness/liveness.ts'
import { createRemote } from '../../../remote/client.ts'
import { createProbe } from '../../../remote/probe.ts'
import type { PeerSpec } from '../../../schemas/health.ts'
import { openHistory } from '../../../store/history.ts'
import type { WatcherReport, WatcherTask } from './watcher.ts'

process.once('message', (task: WatcherTask) => watch(task))

function watch({ peers, intervalMs, bare, measureAfterMs, measureMs }: WatcherTask) {
  const urls = new Map(peers.map(({ id, url }) => [id, url]))
  let probes = 0
  const remote = createRemote({
    credentialOf: () => 'key',
    lookupGuard: () => true,
    onConnectionClosed: (id) => reportFailure(id)
  })
  const ask = createProbe({
    remote,
    timeoutMs: 5_000,
    targetOf: (id) => ({ id, url: urls.get(id) ?? '', transport: 'insecure', pins: [] })
  })
  const probe: typeof ask = (spec, signal) => {
    probes++
    return ask(spec, signal)
  }
  const specs = peers.map(
    ({ id, url }): PeerSpec => ({ id, url, name: id, pending: false, removed: false, features: [] })
  )

  const begun = performance.now()
  const reportFailure = bare ? watchBare() : watchWithMachines()
  report({ type: 'started', ms: performance.now() - begun, at: now() })
  setTimeout(measure, measureAfterMs)

  function watchBare() {
    for (const spec of specs) {
      const again = async () => {
        await probe(spec, new AbortController().signal)
        setTimeout(again, intervalMs * (0.9 + 0.2 * Math.random()))
      }
      setTimeout(again, Math.random() * intervalMs)
    }
    return () => {}
  }

  function watchWithMachines() {
    const cluster = createCluster({ probe, events: createEventLog(), rule: { intervalMs }, onFault: console.error })
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-health-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    const handle = new DatabaseSync(path.join(folder, 'history.db'))
    handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    createHistory({ cluster, clock: systemClock, store: openHistory(handle), onFault: console.error })
    cluster.onChange(({ id, verdict }, from) => {
      if (from) report({ type: 'changed', id, from, to: verdict, at: now() })
    })
    cluster.start(specs)
    return cluster.reportFailure
  }

  function measure() {
    const delay = monitorEventLoopDelay({ resolution: 10 })
    delay.enable()
    const [cpu, wall, before] = [process.cpuUsage(), performance.now(), probes]
    setTimeout(() => {
      const { user, system } = process.cpuUsage(cpu)
      const lasted = performance.now() - wall
      report({
        type: 'measured',
        probes: probes - before,
        expected: (peers.length * lasted) / intervalMs,
        cpuShare: (user + system) / 1_000 / lasted,
        delayP99Ms: delay.percentile(99) / 1e6,
        rssMb: process.memoryUsage().rss / 1e6
      })
    }, measureMs)
  }
}

/** The same in every process of this machine. */
function now() {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}

function report(message: WatcherReport) {
  process.send?.(message)
}
