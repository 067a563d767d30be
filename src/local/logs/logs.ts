import { EngineUnavailable, ServiceUnknown, TooManyFollowers } from '../../errors/deployments.ts'
import type { LogLine, LogsAsk } from '../../schemas/deployments/operation.ts'
import type { Container } from '../engine/container.ts'
import type { Target } from '../listing/find-deployment.ts'
import { type ContainerLogOptions, createContainerLog } from './container-log.ts'
import { mergeStreams } from './merge.ts'
import { byTime, collect, newestWithin } from './newest.ts'

export interface LogsOptions extends ContainerLogOptions {
  /** For one look at a log that is not followed. */
  timeoutMs?: number
  maxFollowers?: number
}

/** Of one answer; when there is more, the newest lines are given. */
const MAX_BYTES = 4 * 1024 * 1024
const MIN_SHARE = 32 * 1024

/** Logs of a deployment's containers: the newest lines in one piece, or line by line as they are printed. */
export function createLogs({ timeoutMs = 10_000, maxFollowers = 32, ...options }: LogsOptions) {
  const { open, checkSince } = createContainerLog(options)
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
     * A reader that does not read on slows the engine down, and fills no memory of ours.
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

function choose({ deployment, members, folder }: Target, { service }: LogsAsk): readonly Container[] {
  if (service === undefined) return members
  const chosen = members.filter((container) => (container.service ?? container.name) === service)
  const declared = folder.services.some(({ name }) => name === service)
  if (chosen.length === 0 && !declared) throw new ServiceUnknown(deployment.name, service)
  return chosen
}
