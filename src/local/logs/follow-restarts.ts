import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord, textOf } from '../../untyped.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'

export interface RevivalOptions {
  engine: Engine
  /** The container that took this one's place, where compose made a new one. */
  successor: (deployment: string, container: Container) => Promise<Container | undefined>
  /** Somebody is at work on this deployment, so waiting is worth while. */
  busy: (deployment: string) => boolean
  /** Monotonic milliseconds. */
  now: () => number
  graceMs?: number
  pollMs?: number
}

/** One run of a container, from its start. */
export interface Run {
  container: Container
  /** As the engine writes it; undefined when it does not say. */
  startedAt?: string
  /** When the run before it ended. A first line may have an earlier time than `startedAt`, which is written after the start. */
  after?: string
  terminal: boolean
}

/** States out of which a container comes back, if it does. */
const MAY_COME_BACK = new Set(['exited', 'restarting', 'stopping', 'stopped', 'created', 'running'])

/** An engine that is busy starting containers may be late with an answer. */
const PATIENCE_MS = 15_000

/** Finds out whether a container that has ended runs again: restarted, by its policy or by somebody, or made anew. */
export function createRevival({ engine, successor, busy, now, graceMs = 3_000, pollMs = 250 }: RevivalOptions) {
  return {
    look,

    /** The next run after this one; undefined when there is none within the grace. */
    async next(deployment: string, { container, startedAt }: Run, signal: AbortSignal): Promise<Run | undefined> {
      let deadline = now() + graceMs
      let patience = now() + PATIENCE_MS
      while (!signal.aborted) {
        const found = await lookAgain(deployment, container, signal).catch((failure: unknown) => {
          if (!(failure instanceof EngineFailure) || signal.aborted || now() > patience) throw failure
          return 'no answer' as const
        })
        if (found === 'no answer') {
          await pause(signal)
          continue
        }
        patience = now() + PATIENCE_MS
        if (found === undefined || !MAY_COME_BACK.has(found.state)) return undefined
        if (found.state === 'running' && found.run.startedAt !== startedAt) return found.run
        if (found.state === 'restarting' || busy(deployment)) deadline = now() + graceMs
        if (now() > deadline) return undefined
        await pause(signal)
      }
      return undefined
    }
  }

  async function pause(signal: AbortSignal): Promise<void> {
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }

  async function look(container: Container, signal: AbortSignal): Promise<{ run: Run; state: string }> {
    const found = await engine.json(`/containers/${container.id}/json`, { signal })
    const state = isRecord(found) && isRecord(found.State) ? found.State : {}
    const config = isRecord(found) && isRecord(found.Config) ? found.Config : {}
    const [startedAt, after] = [textOf(state.StartedAt), textOf(state.FinishedAt)]
    const times = { ...(startedAt !== undefined && { startedAt }), ...(after !== undefined && { after }) }
    const run = { container, terminal: config.Tty === true, ...times }
    return { run, state: textOf(state.Status) ?? 'unknown' }
  }

  async function lookAgain(deployment: string, container: Container, signal: AbortSignal) {
    try {
      return await look(container, signal)
    } catch (cause) {
      if (!(cause instanceof EngineFailure) || cause.status !== 404) throw cause
      const other = await successor(deployment, container)
      return other && look(other, signal)
    }
  }
}

/** Of the containers that a deployment has now, the one that does what this one did. */
export function successorOf(members: readonly Container[], { id, service, number }: Container): Container | undefined {
  return members.find((member) => member.id !== id && member.service === service && member.number === number)
}
