import { type Static, Type } from 'typebox'
import { readAllKept } from '../../kept-file.ts'
import type { Run } from '../engine/runs.ts'
import { createSeries, type KeptTier, type Point, type Series } from './container-series.ts'

/** Points without their names, of which there would be hundreds of thousands; each is looked at where it is read. */
const Rows = Type.Array(Type.Unknown())
const Tier = Type.Object({ points: Rows, open: Rows })
const Container = Type.Object({
  id: Type.String(),
  name: Type.String(),
  service: Type.Optional(Type.String()),
  state: Type.String()
})
const Kept = Type.Object({
  deployment: Type.String(),
  container: Container,
  run: Type.Optional(
    Type.Object({ id: Type.String(), service: Type.String(), startedAt: Type.String(), restarts: Type.Number() })
  ),
  hour: Tier,
  day: Tier
})

/** What is remembered of one container. */
export interface Remembered {
  series: Series
  deployment: string
  container: Static<typeof Container>
  run: Run | undefined
}

/** As it is kept while the agent does not run. Names and figures: nothing of its labels or its environment. */
export function written({ series, deployment, container, run }: Remembered): Static<typeof Kept> {
  const { id, name, service, state } = container
  const { hour, day } = series.kept()
  return {
    deployment,
    container: { id, name, ...(service !== undefined && { service }), state },
    ...(run && { run }),
    hour: tierOf(hour),
    day: tierOf(day)
  }
}

/** What was kept, without what is of another time altogether; what was seen last comes last. */
export const readRemembered = (file: string, now: number, take: (one: Remembered) => void): Promise<void> =>
  readAllKept(file, Kept, ({ deployment, container, run, hour, day }) => {
    const series = createSeries({ hour: tierIn(hour, now), day: tierIn(day, now) })
    take({ series, deployment, container, run })
  })

const tierOf = ({ points, open }: KeptTier): Static<typeof Tier> => ({
  points: points.map(rowOf),
  open: open.map(rowOf)
})
const tierIn = ({ points, open }: Static<typeof Tier>, now: number): KeptTier => ({
  points: pointsIn(points, now),
  open: pointsIn(open, now)
})

const rowOf = ({ at, cpu, memory, rx, tx, up, starts }: Point) => [at, cpu, memory, rx, tx, up, starts]

const pointsIn = (rows: readonly unknown[], now: number): Point[] =>
  rows.flatMap((row) => {
    if (!Array.isArray(row)) return []
    const [at, cpu, memory, rx, tx, up, starts]: unknown[] = row
    if (typeof at !== 'number' || at > now || typeof up !== 'number' || typeof starts !== 'number') return []
    return { at, cpu: figure(cpu), memory: figure(memory), rx: figure(rx), tx: figure(tx), up, starts }
  })

const figure = (value: unknown) => (typeof value === 'number' ? value : null)
