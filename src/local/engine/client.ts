import { jsonOf } from '../../untyped.ts'
import { createCalls, type EngineAsk, type EngineOptions } from './calls.ts'
import { EngineFailure } from './failure.ts'
import { negotiate } from './version.ts'

export type Engine = ReturnType<typeof createEngine>

/**
 * The container engine's HTTP API: one version, agreed on once, and a deadline on everything. Throws EngineFailure.
 * Knows nothing of deployments.
 */
export function createEngine(options: EngineOptions) {
  const calls = createCalls(options)
  let version: Promise<string> | undefined

  return {
    /** The body of a 2xx answer as JSON; undefined when there is none. */
    async json(path: string, ask: EngineAsk = {}): Promise<unknown> {
      const text = await call(path, ask)
      if (text === '') return undefined
      const value = jsonOf(text)
      if (value !== undefined) return value
      throw new EngineFailure('failed', 'The container engine sent an answer that is no JSON')
    },

    /** The body of an answer as it comes, until it ends or `signal` is aborted. Only the headers have a deadline. */
    stream: (path: string, signal: AbortSignal) => calls.stream(inVersion(path), signal),

    close: calls.close
  }

  async function call(path: string, ask: EngineAsk, again = true): Promise<string> {
    const full = await inVersion(path)
    try {
      return await once(full, ask)
    } catch (cause) {
      // An engine that was updated while we were connected may have left our version behind.
      const outdated = cause instanceof EngineFailure && cause.status === 400 && /version/i.test(cause.message)
      if (!outdated || !again) throw cause
      version = undefined
      return call(path, ask, false)
    }
  }

  async function inVersion(path: string): Promise<string> {
    return `/v${await spoken()}${path}`
  }

  /** Shared by all callers, so no caller can abort it. */
  function spoken(): Promise<string> {
    if (version) return version
    const asked = once('/version', {}).then((text) => negotiate(jsonOf(text)))
    asked.catch(() => {
      if (version === asked) version = undefined
    })
    version = asked
    return asked
  }

  async function once(path: string, ask: EngineAsk): Promise<string> {
    try {
      return await calls.text(path, ask)
    } catch (cause) {
      // The next one that listens there may be another engine.
      const isGone = cause instanceof EngineFailure && (cause.state === 'absent' || cause.state === 'refused')
      if (isGone) version = undefined
      throw cause
    }
  }
}
