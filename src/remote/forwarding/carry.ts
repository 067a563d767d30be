import type { Dispatcher } from 'undici'
import type { Clock } from '../../../machines/clock.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'
import { createRefusalReader } from '../answers/refusal.ts'
import type { Attempt } from '../authorization.ts'
import { startDeadline } from '../deadline.ts'
import { failure, failureOf, overtaken, type RemoteFailure } from '../failure.ts'

/**
 * Passes one request on, and its answer back, piece by piece: no buffer, no stream object, no copy in between. A
 * slow reader slows the peer down. A 401 is not passed back, since the caller would take it for its own: it is a
 * failure that says who refused us.
 */
export function carry(
  pool: Dispatcher,
  request: UpstreamRequest,
  attempt: Attempt,
  { sink, clock }: { sink: UpstreamSink; clock: Clock }
): UpstreamCall {
  const { method, path, body, upgrade, headersTimeoutMs } = request
  let controller: Dispatcher.DispatchController | undefined
  let stopDeadline: (() => void) | undefined
  let over = false
  let isOvertaken = false
  let refusal: ReturnType<typeof createRefusalReader> | undefined

  const headers = request.headers.slice()
  for (const [name, value] of Object.entries(attempt.headers)) headers.push(name, value)
  const options = {
    ...{ method, path, headers },
    body: body ?? null,
    upgrade: upgrade ?? null,
    headersTimeout: headersTimeoutMs
  }
  pool.dispatch(options, {
    onRequestStart(started) {
      controller = started
      if (over) started.abort(failure('aborted'))
    },
    onResponseStart(_controller, status, received) {
      if (status < 200) return informed()
      stopDeadline?.()
      if (over) return
      if (status !== 401) return sink.start(status, received)
      isOvertaken = attempt.isOvertaken({ status, headers: received })
      refusal = createRefusalReader(method, giveUp)
    },
    onResponseData(_controller, chunk) {
      if (refusal) refusal.add(chunk)
      else if (!over && !sink.data(chunk)) controller?.pause()
    },
    onResponseEnd() {
      if (refusal) fail(isOvertaken ? overtaken() : refusal.reason())
      else if (finish()) sink.end()
    },
    onRequestUpgrade(_controller, _status, received, socket) {
      if (!sink.upgraded || !finish()) return socket.destroy()
      sink.upgraded(received, socket)
    },
    onResponseError(_controller, error) {
      fail(failureOf(error))
    }
  })

  /** False when it is over already. */
  function finish(): boolean {
    if (over) return false
    over = true
    stopDeadline?.()
    refusal?.stop()
    return true
  }

  function fail(reason: RemoteFailure) {
    if (finish()) sink.fail(reason)
  }

  function giveUp(reason: RemoteFailure) {
    fail(reason)
    controller?.abort(failure('aborted'))
  }

  /** Informational answers stay between the peer and us. Each would give it all of its time anew: it has that once. */
  function informed() {
    if (over || stopDeadline) return
    stopDeadline = startDeadline(headersTimeoutMs, tooLate, clock)
  }

  /** While the caller is still sending, the peer need not have come to an answer. */
  function tooLate() {
    stopDeadline = undefined
    if (body && !body.readableEnded) informed()
    else giveUp(failure('timeout'))
  }

  return {
    resume: () => controller?.resume(),
    abort() {
      if (finish()) controller?.abort(failure('aborted'))
    }
  }
}
