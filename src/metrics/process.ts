import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

/**
 * The process, under the names that every Prometheus client uses. prom-client's own collectors cannot be stopped, and a
 * reload of the config builds the daemon anew in the same process.
 */
export function measureProcess(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'User and system time, seconds', registers })
  const memory = gauge('process_resident_memory_bytes', 'Resident memory')
  const heap = gauge('nodejs_heap_size_used_bytes', 'Heap in use')
  const descriptors = gauge('process_open_fds', 'Open file descriptors')
  const limit = gauge('process_max_fds', 'Allowed file descriptors')
  const p50 = gauge('nodejs_eventloop_lag_p50_seconds', 'Delay of the event loop since the last scrape, median')
  const p99 = gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'Delay of the event loop since the last scrape, 99th percentile'
  )
  const most = gauge('nodejs_eventloop_lag_max_seconds', 'Delay of the event loop since the last scrape, the longest')
  gauge('process_start_time_seconds', 'When the process began, since 1970').set(
    Math.round(Date.now() / 1_000 - process.uptime())
  )
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let used = process.cpuUsage()

  return {
    collect(): void {
      const now = process.cpuUsage()
      cpu.inc((now.user - used.user + now.system - used.system) / 1e6)
      used = now
      const { rss, heapUsed } = process.memoryUsage()
      memory.set(rss)
      heap.set(heapUsed)
      p50.set(lag(delay.percentile(50)))
      p99.set(lag(delay.percentile(99)))
      most.set(lag(delay.max))
      delay.reset()
      const open = openDescriptors()
      if (open) {
        descriptors.set(open.count)
        limit.set(open.most)
      }
    },
    close: () => void delay.disable()
  }
}

const RESOLUTION_MS = 10

/** The histogram counts its own period as delay, and is empty right after a reset. */
const lag = (nanoseconds: number) =>
  Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1_000) : 0

/** Undefined where there is no /proc. */
function openDescriptors(): { count: number; most: number } | undefined {
  try {
    const most = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
    return { count: readdirSync('/proc/self/fd').length, most }
  } catch {
    return undefined
  }
}
