import pLimit from 'p-limit'
import { isRecord, numberOf, textOf } from '../../untyped.ts'
import type { Engine } from './client.ts'
import type { Container } from './container.ts'
import { EngineFailure } from './failure.ts'

/** How often a container was started again by its policy, and when it was started last. */
export interface Run {
  /** Of the container. */
  id: string
  service: string
  /** As the engine writes it. */
  startedAt: string
  restarts: number
}

/** The runs that these containers are in; one that is gone, or that the engine tells nothing of, is left out. */
export async function readRuns(engine: Engine, containers: readonly Container[]): Promise<Run[]> {
  const limit = pLimit(8)
  const runs = await limit.map(containers, async ({ id, service, name }): Promise<Run | undefined> => {
    const found = await engine.json(`/containers/${id}/json`).catch((failure: unknown) => {
      if (!(failure instanceof EngineFailure)) throw failure
    })
    if (!isRecord(found) || !isRecord(found.State)) return undefined
    const startedAt = textOf(found.State.StartedAt)
    if (startedAt === undefined) return undefined
    return { id, service: service ?? name, startedAt, restarts: numberOf(found.RestartCount) }
  })
  return runs.filter((run) => run !== undefined)
}
