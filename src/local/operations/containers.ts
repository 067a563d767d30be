import { setTimeout as sleep } from 'node:timers/promises'
import { EngineRefused, EngineUnavailable } from '../../errors/deployments.ts'
import { isRecord, numberOf } from '../../untyped.ts'
import type { Engine } from '../engine/client.ts'
import { type Container, readContainers } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'

export interface ContainersOptions {
  engine: Engine
  signal: AbortSignal
  /** Between two looks at a container's health. */
  healthPollMs?: number
  healthTimeoutMs?: number
}

const START_MS = 60_000
/** What the engine takes on top of a container's own time to stop. */
const STOP_MARGIN_MS = 20_000
const STOP_DEFAULT_S = 10
/** A migration may take long. */
const COMPLETE_MS = 30 * 60_000

/** Starts and stops single containers through the engine. */
export function createContainers({ engine, signal, healthPollMs = 500, healthTimeoutMs = 120_000 }: ContainersOptions) {
  return {
    async start({ id, name, state }: Container): Promise<void> {
      const verb = state === 'paused' ? 'unpause' : 'start'
      await tell(`/containers/${id}/${verb}`, START_MS, `${name} could not be started`)
    },

    /** Gives the container the time that its own settings grant it. */
    async stop({ id, name }: Container): Promise<void> {
      const found = await ask(`/containers/${id}/json`, `${name} could not be looked at`)
      const config = isRecord(found) && isRecord(found.Config) ? found.Config : {}
      const graceS = numberOf(config.StopTimeout) || STOP_DEFAULT_S
      await tell(`/containers/${id}/stop`, graceS * 1_000 + STOP_MARGIN_MS, `${name} could not be stopped`)
    },

    /** Waits until none of these is still getting healthy; throws when one is not. */
    healthy(containers: readonly Container[]): Promise<void> {
      return awaited(containers, healthTimeoutMs, (container) => {
        const { name, state, health } = container
        if (state !== 'running' || health === 'unhealthy')
          throw new EngineRefused(`${name} is ${health ?? state}, and others need it`)
        return health !== 'starting'
      })
    },

    /** Waits until all of these have ended; throws when one did not do what it was for. */
    completed(containers: readonly Container[]): Promise<void> {
      return awaited(containers, COMPLETE_MS, ({ name, state, exitCode }) => {
        if (state !== 'exited') return false
        if (exitCode !== 0)
          throw new EngineRefused(`${name} exited with code ${exitCode}, and others need it to succeed`)
        return true
      })
    }
  }

  async function awaited(
    containers: readonly Container[],
    limitMs: number,
    isReady: (container: Container) => boolean
  ): Promise<void> {
    if (containers.length === 0) return
    const ids = new Set(containers.map(({ id }) => id))
    const deadline = performance.now() + limitMs
    for (;;) {
      const now = readContainers(await ask('/containers/json?all=1', 'What others need could not be looked at'))
      const late = now.filter(({ id }) => ids.has(id)).find((container) => !isReady(container))
      if (!late) return
      if (performance.now() > deadline)
        throw new EngineRefused(`${late.name} was not ready in time, and others need it`)
      await sleep(healthPollMs, undefined, { signal })
    }
  }

  async function ask(path: string, failing: string): Promise<unknown> {
    return engine.json(path, { signal }).catch((cause) => explain(cause, failing))
  }

  async function tell(path: string, timeoutMs: number, failing: string): Promise<void> {
    await engine.json(path, { method: 'POST', timeoutMs, signal }).catch((cause) => explain(cause, failing))
  }
}

/** The engine's refusal is about this container; anything else is about the engine. */
function explain(cause: unknown, failing: string): never {
  if (!(cause instanceof EngineFailure)) throw cause
  if (cause.status === undefined) throw new EngineUnavailable(cause.message, { cause })
  throw new EngineRefused(`${failing}. ${cause.message}`, { cause })
}
