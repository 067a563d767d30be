import { readFile, realpath, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { SystemStats } from '../../schemas/deployments/stats.ts'
import {
  type CpuTimes,
  type Memory,
  parseCpuTimes,
  parseLoad,
  parseMemory,
  parseMountPoint,
  parseUptime
} from './proc.ts'
import { createSampler } from './sampler.ts'

export interface SystemOptions {
  /** Whose disk is reported. */
  place: string
  /** /proc, or where the host's is mounted when the agent runs in a container. */
  procPath?: string
  /** Bytes that this process may use; more than there are means no limit. */
  memoryLimit?: () => number
  /** Monotonic milliseconds. */
  now: () => number
  sampleMs?: number
}

/** This machine's processors, memory and disk. Where there is no /proc, Node's own figures stand in. */
export function createSystem({
  place,
  procPath = '/proc',
  memoryLimit = () => process.constrainedMemory(),
  now,
  sampleMs = 5_000
}: SystemOptions) {
  const sampler = createSampler({ read: async () => parseCpuTimes(await proc('stat')) ?? ownCpuTimes(), now })
  const timer = setInterval(() => void sampler.sample(), sampleMs).unref()
  void sampler.sample()

  return {
    async stats(): Promise<SystemStats> {
      const [cpu, memory, disk, uptime, load] = await Promise.all([
        sampler.usage(),
        readMemory(),
        readDisk(),
        proc('uptime').then(parseUptime),
        proc('loadavg').then(parseLoad)
      ])
      const [load1 = 0, load5 = 0, load15 = 0] = os.loadavg()
      return {
        cpu: {
          usage_percent: cpu?.percent ?? 0,
          cores: os.availableParallelism(),
          ...(cpu?.windowMs === undefined ? {} : { window_seconds: Math.round(cpu.windowMs / 100) / 10 })
        },
        memory,
        disk,
        uptime: Math.floor(uptime ?? os.uptime()),
        load_avg: load ?? { load1, load5, load15 }
      }
    },

    close(): void {
      clearInterval(timer)
    }
  }

  async function proc(file: string): Promise<string> {
    return readFile(path.join(procPath, file), 'utf8').catch(() => '')
  }

  async function readMemory(): Promise<SystemStats['memory']> {
    const { total, free, available } = parseMemory(await proc('meminfo')) ?? ownMemory()
    const limit = memoryLimit()
    const used = total - available
    return {
      total,
      used,
      free,
      available,
      usage_percent: percent(used, total),
      ...(limit > 0 && limit < total ? { limit } : {})
    }
  }

  async function readDisk(): Promise<SystemStats['disk']> {
    const real = await realpath(place).catch(() => '/')
    const [{ bsize, blocks, bfree, bavail }, mounts] = await Promise.all([statfs(real), proc('self/mountinfo')])
    const used = (blocks - bfree) * bsize
    const free = bavail * bsize
    // As df has it: what is reserved for root is neither used nor free.
    return {
      total: blocks * bsize,
      used,
      free,
      usage_percent: percent(used, used + free),
      mount_point: parseMountPoint(mounts, real) ?? '/'
    }
  }
}

function ownCpuTimes(): CpuTimes | undefined {
  const times = os.cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    total: user + nice + sys + idle + irq,
    idle
  }))
  if (times.length === 0) return undefined
  return times.reduce((a, b) => ({ total: a.total + b.total, idle: a.idle + b.idle }))
}

function ownMemory(): Memory {
  return { total: os.totalmem(), free: os.freemem(), available: os.freemem() }
}

const percent = (part: number, whole: number) => (whole > 0 ? Math.round((part / whole) * 1_000) / 10 : 0)
