import { isRecord, listOf, numberOf, textOf } from '../../untyped.ts'

/** What the engine counts of a container: bytes, and nanoseconds of processor time. */
export interface Usage {
  cpu: number
  /** Of the whole machine, all processors together. */
  system: number
  processors: number
  memory: number
  memoryLimit: number
  networkRx: number
  networkTx: number
  blockRead: number
  blockWrite: number
  pids: number
  /** A second earlier, where the engine measured by itself. */
  before?: { cpu: number; system: number }
}

/** The answer of `/containers/{id}/stats`. What is missing is 0. */
export function readUsage(answer: unknown): Usage {
  const stats = recordOf(answer)
  const cpu = recordOf(stats.cpu_stats)
  const memory = recordOf(stats.memory_stats)
  const networks = Object.values(recordOf(stats.networks)).map(recordOf)
  const before = readCpu(stats.precpu_stats)
  return {
    ...readCpu(cpu),
    processors: numberOf(cpu.online_cpus) || listOf(recordOf(cpu.cpu_usage).percpu_usage).length || 1,
    memory: memoryOf(memory),
    memoryLimit: numberOf(memory.limit),
    networkRx: sum(networks.map(({ rx_bytes }) => numberOf(rx_bytes))),
    networkTx: sum(networks.map(({ tx_bytes }) => numberOf(tx_bytes))),
    blockRead: blockOf(stats, 'read'),
    blockWrite: blockOf(stats, 'write'),
    pids: numberOf(recordOf(stats.pids_stats).current),
    ...(before.system > 0 ? { before } : {})
  }
}

function readCpu(value: unknown): { cpu: number; system: number } {
  const stats = recordOf(value)
  return { cpu: numberOf(recordOf(stats.cpu_usage).total_usage), system: numberOf(stats.system_cpu_usage) }
}

/** Without the file cache that the kernel gives back as soon as somebody needs it, as `docker stats` has it. */
function memoryOf(memory: Record<string, unknown>): number {
  const detail = recordOf(memory.stats)
  const cache = numberOf(detail.inactive_file) || numberOf(detail.total_inactive_file)
  const usage = numberOf(memory.usage)
  return cache < usage ? usage - cache : usage
}

function blockOf(stats: Record<string, unknown>, kind: string): number {
  const entries = listOf(recordOf(stats.blkio_stats).io_service_bytes_recursive).map(recordOf)
  return sum(entries.filter(({ op }) => textOf(op)?.toLowerCase() === kind).map(({ value }) => numberOf(value)))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
