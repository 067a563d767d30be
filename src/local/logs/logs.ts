import { EngineRefused, EngineUnavailable, ServiceUnknown, TooManyFollowers } from '../../errors/deployments.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { LogLine, LogsAsk } from '../../schemas/deployments/operation.ts'
import type { Engine } from '../engine/client.ts'
import type { Container } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'
import type { Target } from '../listing/find-deployment.ts'
import { entriesOf } from './entries.ts'
import type { createRevival, Run } from './follow-restarts.ts'
import { mergeStreams } from './merge.ts'
import { parseSince } from './since.ts'

export interface LogsOptions {
  engine: Engine
  revival: ReturnType<typeof createRevival>
  now: () => number
  /** For one look at a log that is not followed. */
  timeoutMs?: number
  maxFollowers?: number
}

const TAIL = { usual: 100, most: 10_000 }
/** Of one answer; when there is more, the newest lines are given. */
const MAX_BYTES = 4 * 1024 * 1024
const MIN_SHARE = 32 * 1024

/** Logs of a deployment's containers: the newest lines in one piece, or line by line as they are printed. */
export function createLogs({ engine, revival, now, timeoutMs = 10_000, maxFollowers = 32 }: LogsOptions) {
  let followers = 0

  return {
    /** In the order in which they were printed, as far as the containers' clocks tell. */
    async read(target: Target, ask: LogsAsk, signal?: AbortSignal): Promise<{ lines: LogLine[]; cut: boolean }> {
      const deadline = AbortSignal.timeout(timeoutMs)
      const either = signal ? AbortSignal.any([signal, deadline]) : deadline
      try {
        const containers = choose(target, ask)
        // Each has its share, so that the memory of one answer does not depend on how many containers there are.
        const share = Math.max(MIN_SHARE, MAX_BYTES / Math.max(1, containers.length))
        const logs = await Promise.all(
          containers.map((container) => collect(open(container, ask, { follow: undefined, signal: either }), share))
        )
        const lines = logs.flatMap((log) => log.lines).sort(byTime)
        const newest = newestWithin(lines, MAX_BYTES)
        return { lines: newest, cut: newest.length < lines.length || logs.some((log) => log.cut) }
      } catch (cause) {
        signal?.throwIfAborted()
        if (deadline.aborted)
          throw new EngineUnavailable('The container engine did not send the log in time', { cause })
        throw cause
      }
    },

    /**
     * Until the containers end or `signal` is aborted. What is wrong with the request is thrown before anything is read.
     * Whoever does not read on holds the engine back, not our memory.
     */
    follow(target: Target, ask: LogsAsk, signal: AbortSignal): AsyncIterable<LogLine> {
      const containers = choose(target, ask)
      checkSince(ask)
      if (followers >= maxFollowers) throw new TooManyFollowers()
      // A reader that stops without a word ends the streams as well.
      const leaving = new AbortController()
      // Counted from here on, read or not: of many that come at once, none is read yet.
      followers += 1
      const over = AbortSignal.any([signal, leaving.signal])
      over.addEventListener('abort', () => (followers -= 1), { once: true })
      const how = { follow: target.deployment.name, signal: over }
      return counted(mergeStreams(containers.map((container) => open(container, ask, how))), { signal, leaving })
    }
  }

  async function* counted(
    lines: AsyncIterable<LogLine>,
    { signal, leaving }: { signal: AbortSignal; leaving: AbortController }
  ): AsyncGenerator<LogLine> {
    try {
      yield* lines
    } catch (cause) {
      if (!signal.aborted) throw cause
    } finally {
      leaving.abort()
    }
  }

  function checkSince({ since }: LogsAsk): string | undefined {
    const seconds = since === undefined ? undefined : parseSince(since, now())
    if (since === undefined || seconds !== undefined) return seconds
    throw new BadRequest('since must be like 10m, 1h30m or 2026-11-23T08:15:30Z')
  }

  function choose({ deployment, members, folder }: Target, { service }: LogsAsk): readonly Container[] {
    if (service === undefined) return members
    const chosen = members.filter((container) => (container.service ?? container.name) === service)
    const declared = folder.services.some(({ name }) => name === service)
    if (chosen.length === 0 && !declared) throw new ServiceUnknown(deployment.name, service)
    return chosen
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

interface How {
  /** The deployment whose containers are followed. */
  follow: string | undefined
  signal: AbortSignal
}

interface Part {
  tail: string
  since: string | undefined
}

/** The newest lines of one container within the limit: what comes later pushes out what came first. */
async function collect(log: AsyncIterable<LogLine>, maxBytes: number): Promise<{ lines: LogLine[]; cut: boolean }> {
  let lines: LogLine[] = []
  let bytes = 0
  let cut = false
  for await (const line of log) {
    lines.push(line)
    bytes += line.line.length
    if (bytes < maxBytes * 2) continue
    lines = newestWithin(lines, maxBytes)
    bytes = lines.reduce((sum, kept) => sum + kept.line.length, 0)
    cut = true
  }
  return { lines, cut }
}

function newestWithin(lines: LogLine[], maxBytes: number): LogLine[] {
  let bytes = 0
  const first = lines.findLastIndex(({ line }) => {
    bytes += line.length
    return bytes > maxBytes
  })
  return first === -1 ? lines : lines.slice(first + 1)
}

const byTime = (a: LogLine, b: LogLine) => (a.at === b.at ? 0 : (a.at ?? '') < (b.at ?? '') ? -1 : 1)
