import { setTimeout as sleep } from 'node:timers/promises'
import { EngineRefused, EngineUnavailable } from '../../errors.ts'
import type { Engine } from '../engine/client.ts'
import { type Container, readContainers } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'
import { isRecord, numberOf } from '../untyped.ts'

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
    async healthy(containers: readonly Container[]): Promise<void> {
      const ids = new Set(containers.map(({ id }) => id))
      const deadline = performance.now() + healthTimeoutMs
      for (;;) {
        const now = readContainers(await ask('/containers/json?all=1', 'Its health could not be looked at'))
        const own = now.filter(({ id }) => ids.has(id))
        const ill = own.find(({ state, health }) => state !== 'running' || health === 'unhealthy')
        if (ill) throw new EngineRefused(`${ill.name} is ${ill.health ?? ill.state}, and others need it`)
        if (own.every(({ health }) => health !== 'starting')) return
        if (performance.now() > deadline) throw new EngineRefused(`${own[0]?.name} did not become healthy in time`)
        await sleep(healthPollMs, undefined, { signal })
      }
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
