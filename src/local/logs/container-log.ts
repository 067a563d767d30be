import { EngineRefused, EngineUnavailable } from '../../errors/deployments.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { LogLine, LogsAsk } from '../../schemas/deployments/operation.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'
import { entriesOf } from './entries.ts'
import type { createRevival, Run } from './follow-restarts.ts'
import { parseSince } from './since.ts'

export interface ContainerLogOptions {
  engine: Engine
  revival: ReturnType<typeof createRevival>
  now: () => number
}

export interface How {
  /** The deployment whose containers are followed. */
  follow: string | undefined
  signal: AbortSignal
}

interface Part {
  tail: string
  since: string | undefined
}

const TAIL = { usual: 100, most: 10_000 }

/** The log of one container, line by line as the engine sends it. */
export function createContainerLog({ engine, revival, now }: ContainerLogOptions) {
  return { open, checkSince }

  /** What `since` means, in seconds. @throws BadRequest */
  function checkSince({ since }: LogsAsk): string | undefined {
    const seconds = since === undefined ? undefined : parseSince(since, now())
    if (since === undefined || seconds !== undefined) return seconds
    throw new BadRequest('since must be like 10m, 1h30m or 2026-11-23T08:15:30Z')
  }

  /** The lines of one run; with `follow`, of every run that comes after it too. */
  async function* open(container: Container, ask: LogsAsk, how: How): AsyncGenerator<LogLine> {
    const tail = String(Math.min(ask.tail ?? TAIL.usual, TAIL.most))
    const since = checkSince(ask)
    try {
      let { run } = await revival.look(container, how.signal)
      yield* read(run, { tail, since }, how)
      while (how.follow !== undefined) {
        const next = await revival.next(how.follow, run, how.signal)
        if (!next) return
        yield* read(next, { tail: 'all', since: startOf(next, run) }, how)
        run = next
      }
    } catch (cause) {
      if (!(cause instanceof EngineFailure)) throw cause
      // Removed since it was listed, so it has no log any more.
      if (cause.status === 404) return
      if (cause.status === undefined) throw new EngineUnavailable(cause.message, { cause })
      throw new EngineRefused(`The log of ${container.name} could not be read. ${cause.message}`, { cause })
    }
  }

  /** From where a run's lines are wanted: all of a new container's, and else those after the run before. */
  function startOf({ container, after, startedAt }: Run, before: Run): string | undefined {
    if (container.id !== before.container.id) return undefined
    return [after, startedAt].flatMap((at) => (at && parseSince(at, now())) || []).at(0)
  }

  async function* read({ container, terminal }: Run, part: Part, { follow, signal }: How): AsyncGenerator<LogLine> {
    const query = new URLSearchParams({ stdout: '1', stderr: '1', timestamps: '1', tail: part.tail })
    if (follow !== undefined) query.set('follow', '1')
    if (part.since) query.set('since', part.since)
    const { body } = await engine.stream(`/containers/${container.id}/logs?${query}`, signal)
    const of = { service: container.service ?? container.name, container: container.name }
    for await (const entry of entriesOf(body, terminal)) yield { ...of, ...entry }
  }
}
