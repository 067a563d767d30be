import type { Deployment } from '../../src/schemas/deployments/deployment.ts'
import type { ContainerRange, ContainersPast, UsagePast, UsageRange } from '../../src/schemas/deployments/usage.ts'
import type { HistoryRange, PeerHistory } from '../../src/schemas/history.ts'
import { ago, type Server, type World } from './world.ts'

/** Looks like chance, and is the same each time. */
const noise = (seed: number) => Math.abs(Math.sin(seed * 127.1 + 11.7) * 43_758.545) % 1

const latency = (server: Server, index: number) => {
  const spike = noise(index * 3.1 + server.name.length) > 0.94 ? 2.6 : 1
  return (server.latencyMs ?? 14) * (0.8 + 0.5 * noise(index + server.name.length)) * spike
}

/** Newest last. */
export function checks(world: World, server: Server, count = 50) {
  const down = server.verdict === 'offline' ? 6 : server.verdict === 'suspect' ? 1 : 0
  return Array.from({ length: count }, (_, index) => {
    const fromEnd = count - index
    const ok = fromEnd > down && !(server.flapping && fromEnd % 9 === 4)
    return {
      asked: 'GET /api/health',
      at: ago(world, fromEnd * 30),
      ok,
      duration_ms: Math.round((ok ? latency(server, index) : 2000) * 10) / 10,
      ...(ok ? {} : { class: server.code ?? ('refused' as const), detail: server.error ?? 'connection refused' })
    }
  })
}

export function history(world: World, server: Server, range: HistoryRange): PeerHistory {
  const [count, stepS] = range === 'day' ? [48, 1800] : [30, 86_400]
  const buckets = Array.from({ length: count }, (_, index) => {
    const p50 = Math.round(latency(server, index) * 10) / 10
    const failed = noise(index * 7 + server.name.length) > 0.9 ? 3 : 0
    return {
      at: ago(world, (count - index) * stepS),
      checks: stepS / 30,
      failed,
      up_ms: (stepS - failed * 30) * 1000,
      down_ms: failed * 30_000,
      p50_ms: p50,
      p99_ms: p50 * (2 + noise(index) * 2)
    }
  })
  const last =
    server.verdict === 'online'
      ? []
      : [
          {
            at: ago(world, server.sinceS ?? 60),
            from: 'suspect' as const,
            to: server.verdict,
            reason: `4 probes in a row failed: ${server.error}`
          }
        ]
  return {
    range,
    uptime_24h: server.verdict === 'offline' ? 0.9971 : server.flapping ? 0.9724 : 1,
    uptime_30d: server.flapping ? 0.9813 : 0.99987,
    p50_ms: server.latencyMs ?? 14,
    p99_ms: (server.latencyMs ?? 14) * 3.4,
    checks: range === 'hour' ? checks(world, server, 120).map(({ asked: _, ...check }) => check) : [],
    buckets: range === 'hour' ? [] : buckets,
    transitions: [
      { at: ago(world, 3100), from: 'online', to: 'suspect', reason: 'no answer within 2 s' },
      { at: ago(world, 3098), from: 'suspect', to: 'online', reason: 'answered again' },
      ...last
    ]
  }
}

const STEPS: Record<UsageRange, [stepMs: number, count: number]> = {
  hour: [10_000, 360],
  day: [120_000, 720],
  week: [900_000, 672]
}

/** Waves with some chance in them, ending at what the server shows now. */
export function usage(world: World, server: Server, range: UsageRange): UsagePast {
  const [step_ms, count] = STEPS[range]
  const [cpu, memory, disk] = server.load ?? [12, 43, 51]
  const at = Array.from({ length: count }, (_, index) => world.now - (count - 1 - index) * step_ms)
  const wave = (middle: number, swing: number, seed: number) =>
    at.map((_, index) => {
      const slow = Math.sin((index / count) * 9 + seed) + 0.5 * Math.sin((index / count) * 31 + seed * 2)
      return (
        Math.round(Math.min(100, Math.max(0, middle + swing * slow + swing * 0.7 * (noise(index + seed) - 0.5))) * 10) /
        10
      )
    })
  const seed = server.name.length + (server.load?.[0] ?? 1)
  const cpus = wave(cpu, cpu / 4 + 2, seed)
  return {
    range,
    step_ms,
    at,
    cpu: cpus,
    memory: wave(memory, 2, seed + 1),
    disk: at.map((_, index) => Math.round((disk - 3 + (3 * index) / count) * 10) / 10),
    load: cpus.map((value) => Math.round((value / 12) * 100) / 100)
  }
}

/** Its services, each as one container; the second one was started anew twenty looks ago. */
export function containersPast(world: World, { name, services }: Deployment, range: ContainerRange): ContainersPast {
  const [step_ms, count] = range === 'hour' ? [30_000, 120] : [600_000, 144]
  const at = Array.from({ length: count }, (_, index) => world.now - (count - 1 - index) * step_ms)
  const containers = services.map((service, number) => {
    const runs = service.status === 'running'
    const figures = (middle: number) =>
      at.map((_, index) => (runs ? Math.round(middle * (0.7 + 0.6 * noise(index + number * 7)) * 10) / 10 : null))
    return {
      ...{ name: `${name}-${service.name}-1`, service: service.name, state: service.status, restarts: number },
      ...(runs && { uptime_s: number === 1 ? 600 : 86_400 }),
      at,
      cpu: figures(4 + 9 * number),
      memory: figures((60 + 110 * number) * 1024 ** 2),
      rx: figures(2_400 + 900 * number),
      tx: figures(5_100),
      up: at.map(() => (runs ? 100 : 0)),
      starts: at.map((_, index) => (number === 1 && index === count - 20 ? 1 : 0))
    }
  })
  return { deployment: name, range, step_ms, containers }
}
