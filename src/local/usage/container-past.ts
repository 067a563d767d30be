import { keepInFile } from '../../kept-file.ts'
import type { ContainerStats } from '../../schemas/deployments/operation.ts'
import type { ContainerRange, ContainersPast } from '../../schemas/deployments/usage.ts'
import type { Container } from '../engine/container.ts'
import type { Run } from '../engine/runs.ts'
import { createSeries, type Series, STEPS } from './container-series.ts'
import { type Remembered, readRemembered, written } from './kept-containers.ts'

/** What is seen in one look: the containers of deployments, what they use, and since when they run. */
export interface Sight {
  containers: readonly { container: Container; deployment: string }[]
  stats: readonly ContainerStats[]
  runs: readonly Run[]
}

interface ContainerPastOptions {
  /** Undefined where the engine does not answer. */
  look: () => Promise<Sight | undefined>
  /** Told of a look that failed. */
  onFault: (fault: unknown) => void
  /** Where the past is kept while the agent does not run; without it, it ends with the agent. */
  file?: string | undefined
  /** Wall milliseconds. */
  now?: () => number
}

/** Of one server. What was seen last is kept longest. */
const MOST = 300
const LOOK_MS = STEPS.hour.stepMs
const DAY_MS = STEPS.day.stepMs * STEPS.day.kept

interface Kept extends Remembered {
  /** As the engine counted at the last look. */
  counted?: { at: number; rx: number; tx: number } | undefined
}

/** Looks at the containers every half minute and remembers a day of each, by its name: one that compose made anew goes on. */
export function createContainerPast({ look, onFault, file, now = Date.now }: ContainerPastOptions) {
  const kept = new Map<string, Kept>()
  let isClosed = false
  let endKeeping = () => {}
  const begun = file === undefined ? Promise.resolve() : goOn(file)
  let lookedAt = 0
  let looking: Promise<void> | undefined
  const timer = setInterval(() => void lookNow(), LOOK_MS).unref()

  /** What is not read yet is not written over. */
  async function goOn(from: string): Promise<void> {
    await readRemembered(from, now(), (one) => void (kept.size < MOST && kept.set(one.container.name, one)))
    if (!isClosed) endKeeping = keepInFile({ file: from, records, onFault })
  }

  function* records() {
    for (const one of kept.values()) yield written(one)
  }

  function lookNow(): Promise<void> {
    looking ??= begun
      .then(look)
      .then((sight) => sight && note(sight))
      .catch(onFault)
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  function note({ containers, stats, runs }: Sight): void {
    const at = now()
    lookedAt = at
    for (const [name, { series }] of kept) if (series.lastAt() < at - DAY_MS) kept.delete(name)
    // Those that are kept already come first, so that no new one takes their room.
    const isKept = ({ container }: (typeof containers)[number]) => Number(kept.has(container.name))
    for (const { container, deployment } of containers.toSorted((a, b) => isKept(b) - isKept(a))) {
      const before = kept.get(container.name)
      if (!before && !makeRoom(at)) continue
      const figures = stats.find((one) => container.id.startsWith(one.container_id) && one.error === undefined)
      const run = runs.find(({ id }) => id === container.id)
      const counted = figures && { at, rx: figures.network_rx, tx: figures.network_tx }
      const series = before?.series ?? createSeries()
      series.record(pointOf({ at, container, figures, run, counted }, before))
      kept.delete(container.name)
      kept.set(container.name, { series, deployment, container, run: run ?? before?.run, counted })
    }
  }

  /** Drops what was seen longest ago, but nothing that is seen now. */
  function makeRoom(at: number): boolean {
    if (kept.size < MOST) return true
    const [oldest] = kept
    return oldest !== undefined && oldest[1].series.lastAt() < at && kept.delete(oldest[0])
  }

  return {
    /** With what is now, where the last look is old. */
    async of(deployment: string, range: ContainerRange): Promise<ContainersPast> {
      if (now() - lookedAt >= LOOK_MS || lookedAt > now()) await lookNow()
      const at = now()
      const own = [...kept.values()].filter((one) => one.deployment === deployment)
      const containers = own
        .map((one) => ({ ...factsOf(one, { at, lookedAt }), ...columns(one.series.points(range, at)) }))
        .filter((one) => one.at.length > 0)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      return { deployment, range, step_ms: STEPS[range].stepMs, containers }
    },
    close(): void {
      isClosed = true
      clearInterval(timer)
      endKeeping()
    }
  }
}

interface Seen extends Pick<Kept, 'container' | 'run' | 'counted'> {
  at: number
  figures: ContainerStats | undefined
}

const pointOf = ({ at, container, figures, run, counted }: Seen, before: Kept | undefined) => ({
  at,
  cpu: figures?.cpu_percent ?? null,
  memory: figures?.memory_usage ?? null,
  ...ratesOf(before?.container.id === container.id ? before.counted : undefined, counted),
  up: container.state === 'running' ? 100 : 0,
  starts: before?.run && run && run.startedAt !== before.run.startedAt ? 1 : 0
})

function ratesOf(before: Kept['counted'], counted: Kept['counted']): { rx: number | null; tx: number | null } {
  const seconds = before && counted ? (counted.at - before.at) / 1_000 : 0
  // Counters begin anew with each start.
  if (!before || !counted || seconds <= 0 || counted.rx < before.rx || counted.tx < before.tx)
    return { rx: null, tx: null }
  return { rx: (counted.rx - before.rx) / seconds, tx: (counted.tx - before.tx) / seconds }
}

/** Who was not in the last look is gone; without one that is new enough nobody knows. */
function factsOf({ container, run, series }: Kept, { at, lookedAt }: { at: number; lookedAt: number }) {
  const { name, service, state } = container
  const isKnown = at - lookedAt < 2 * LOOK_MS
  const isThere = isKnown && series.lastAt() >= lookedAt
  const since = run && state === 'running' && isThere ? Date.parse(run.startedAt) : Number.NaN
  return {
    name,
    ...(service !== undefined && { service }),
    state: isThere ? state : isKnown ? 'gone' : 'unknown',
    ...(!Number.isNaN(since) && { uptime_s: Math.max(0, Math.round((at - since) / 1_000)) }),
    ...(run && isThere && { restarts: run.restarts })
  }
}

function columns(points: ReturnType<Series['points']>) {
  const column = <Name extends keyof (typeof points)[number]>(name: Name) => points.map((point) => point[name])
  return {
    ...{ at: column('at'), cpu: column('cpu'), memory: column('memory'), rx: column('rx'), tx: column('tx') },
    ...{ up: column('up'), starts: column('starts') }
  }
}
