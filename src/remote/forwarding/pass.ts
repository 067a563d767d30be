import type { Dispatcher } from 'undici'
import type { Clock } from '../../../machines/clock.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'
import type { Attempt } from '../authorization.ts'
import { failureOf } from '../failure.ts'
import { carry } from './carry.ts'

interface PassOptions {
  pool: Dispatcher
  authorize: () => Attempt
  clock: Clock
  /** To wait for before the first attempt; undefined: nothing. */
  ready: Promise<unknown> | undefined
}

/**
 * Passes a request on, and once more where the first attempt was overtaken: by a restart of the peer, or a change of our
 * key. A body that streams can be sent only once.
 */
export function pass(request: UpstreamRequest, sink: UpstreamSink, options: PassOptions): UpstreamCall {
  const { pool, authorize, clock, ready } = options
  let call: UpstreamCall | undefined
  let left = false
  let mayRepeat = request.body === undefined

  const repeating: UpstreamSink = {
    ...sink,
    fail(reason) {
      if (!mayRepeat || !reason.overtaken) return sink.fail(reason)
      mayRepeat = false
      attempt()
    }
  }

  function attempt(): void {
    if (left) return
    try {
      call = carry(pool, request, authorize(), { sink: repeating, clock })
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown): void {
    if (!left) queueMicrotask(() => sink.fail(failureOf(error)))
  }

  if (ready) ready.then(attempt, fail)
  else attempt()
  return {
    resume: () => call?.resume(),
    abort() {
      left = true
      call?.abort()
    }
  }
}
