/** Pure parsers of what Linux says in /proc. Sizes are bytes; each gives undefined for a text that is not its kind. */

export interface CpuTimes {
  /** Clock ticks since boot. */
  total: number
  idle: number
}

/** The first line of /proc/stat. Guest time is counted in user time already, and waiting for a disk is idle. */
export function parseCpuTimes(text: string): CpuTimes | undefined {
  const fields = text
    .match(/^cpu +(.*)$/m)?.[1]
    ?.trim()
    .split(/\s+/)
    .map(Number)
  if (!fields || fields.length < 4 || fields.some(Number.isNaN)) return undefined
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields
  return { total: user + nice + system + idle + iowait + irq + softirq + steal, idle: idle + iowait }
}

export interface Memory {
  total: number
  free: number
  available: number
}

/** /proc/meminfo. Kernels before 3.14 have no MemAvailable; free and cache are the nearest that they have. */
export function parseMemory(text: string): Memory | undefined {
  const field = (name: string) => {
    const kib = text.match(new RegExp(`^${name}: +(\\d+) kB$`, 'm'))?.[1]
    return kib === undefined ? undefined : Number(kib) * 1024
  }
  const total = field('MemTotal')
  const free = field('MemFree')
  if (total === undefined || free === undefined) return undefined
  return { total, free, available: field('MemAvailable') ?? free + (field('Buffers') ?? 0) + (field('Cached') ?? 0) }
}

export function parseLoad(text: string): { load1: number; load5: number; load15: number } | undefined {
  const [load1 = Number.NaN, load5 = Number.NaN, load15 = Number.NaN] = text.split(' ').slice(0, 3).map(Number)
  return Number.isNaN(load1 + load5 + load15) ? undefined : { load1, load5, load15 }
}

/** Seconds since boot. */
export function parseUptime(text: string): number | undefined {
  const seconds = Number.parseFloat(text)
  return Number.isNaN(seconds) ? undefined : seconds
}

/** The mount that holds `place`, by /proc/self/mountinfo: the longest mount point above it. */
export function parseMountPoint(text: string, place: string): string | undefined {
  let longest: string | undefined
  for (const line of text.split('\n')) {
    const point = line
      .split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (point === undefined || !holds(point, place)) continue
    if (longest === undefined || point.length >= longest.length) longest = point
  }
  return longest
}

const holds = (point: string, place: string) => point === '/' || place === point || place.startsWith(`${point}/`)
