import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Verdict } from '../../../schemas/health.ts'

export interface WatcherTask {
  peers: readonly { id: string; url: string }[]
  intervalMs: number
  bare: boolean
  measureAfterMs: number
  measureMs: number
}

export type Changed = { type: 'changed'; id: string; from: Verdict; to: Verdict; at: number }
export type Measured = {
  type: 'measured'
  probes: number
  expected: number
  cpuShare: number
  delayP99Ms: number
  rssMb: number
}
export type WatcherReport = { type: 'started'; ms: number; at: number } | Changed | Measured

const NEVER_MS = 2_000_000_000

/** Starts a process that watches, and collects what it reports. */
export function startWatcher(task: Partial<WatcherTask> & Pick<WatcherTask, 'peers'>) {
  // As the unit file has it.
  const child = fork(path.join(import.meta.dirname, 'watcher-process.ts'), { execArgv: ['--max-semi-space-size=16'] })
  const changes: Changed[] = []
  let startMs = 0
  const measured = new Promise<Measured>((resolve) => {
    child.on('message', (report: WatcherReport) => {
      if (report.type === 'changed') changes.push(report)
      else if (report.type === 'started') startMs = report.ms
      else resolve(report)
    })
  })
  child.send({ intervalMs: 30_000, bare: false, measureAfterMs: NEVER_MS, measureMs: 0, ...task })
  return { child, changes, measured, startMs: () => startMs, stop: () => stop(child) }
}

/** Starts a process that plays peers, and answers with the ports that it opened. */
export async function startPeers(host: string, ports: readonly number[]) {
  const child = fork(path.join(import.meta.dirname, 'peer-process.ts'), [host, ...ports.map(String)])
  const [message]: { ports: number[] }[] = await once(child, 'message')
  return { child, ports: message?.ports ?? [], stop: () => stop(child) }
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
