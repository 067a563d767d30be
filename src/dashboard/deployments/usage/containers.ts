import { field, list, number, text } from '../../lib/data/reading.ts'

type Figures = readonly (number | undefined)[]

/** How one container did; the figures are as long as `at`, with a hole where the engine gave none. */
export interface ContainerPast {
  name: string
  service: string
  state: string
  uptimeS: number | undefined
  restarts: number | undefined
  /** Wall milliseconds. */
  at: readonly number[]
  /** Percent; 100 is one processor. */
  cpu: Figures
  /** Bytes. */
  memory: Figures
  /** Bytes a second. */
  rx: Figures
  tx: Figures
  /** Percent of the looks in which it ran. */
  up: Figures
  starts: Figures
}

/** What a node says of the containers of a deployment. */
export function containersIn(answer: unknown): ContainerPast[] {
  return list(field(answer, 'containers'))
    .filter((one) => text(field(one, 'name')) !== '')
    .map((one) => {
      const at = list(field(one, 'at')).map((value) => number(value) ?? 0)
      const figures = (name: string) => {
        const said = list(field(one, name))
        return at.map((_, index) => number(said[index]))
      }
      return {
        name: text(field(one, 'name')),
        service: text(field(one, 'service')),
        state: text(field(one, 'state')) || 'unknown',
        uptimeS: number(field(one, 'uptime_s')),
        restarts: number(field(one, 'restarts')),
        at,
        ...{ cpu: figures('cpu'), memory: figures('memory'), rx: figures('rx'), tx: figures('tx') },
        ...{ up: figures('up'), starts: figures('starts') }
      }
    })
}

/** The mean of what is known. */
export function meanOf(figures: Figures): number | undefined {
  const known = figures.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Those that use the most, the busiest first: nobody reads eighty lines. */
export const busiest = (containers: readonly ContainerPast[], most: number): ContainerPast[] =>
  containers.toSorted((a, b) => (meanOf(b.cpu) ?? -1) - (meanOf(a.cpu) ?? -1)).slice(0, most)
