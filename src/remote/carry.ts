import type { Dispatcher } from 'undici'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { failure, failureOf, type RemoteFailure } from './failure.ts'
import { createRefusalReader } from './refusal.ts'

/**
 * Passes one request on, and its answer back, piece by piece: no buffer, no stream object, no copy in between. Whoever
 * reads slowly slows the peer down. A 401 is not passed back, since the caller would take it for its own: it is a
 * failure that says who refused us.
 */
export function carry(
  pool: Dispatcher,
  request: UpstreamRequest,
  authorization: Record<string, string>,
  sink: UpstreamSink
): UpstreamCall {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  let refusal: ReturnType<typeof createRefusalReader> | undefined

  const headers = request.headers.slice()
  for (const name in authorization) headers.push(name, authorization[name] ?? '')
  const options = {
    method: request.method,
    path: request.path,
    headers,
    body: request.body ?? null,
    upgrade: request.upgrade ?? null,
    headersTimeout: request.headersTimeoutMs
  }
  pool.dispatch(options, {
    onRequestStart(started) {
      controller = started
      if (over) started.abort(failure('aborted'))
    },
    onResponseStart(_controller, status, received) {
      // Informational answers are between the peer and us.
      if (status < 200 || over) return
      if (status === 401) refusal = createRefusalReader(request.method, giveUp)
      else sink.start(status, received)
    },
    onResponseData(_controller, chunk) {
      if (refusal) refusal.add(chunk)
      else if (!over && !sink.data(chunk)) controller?.pause()
    },
    onResponseEnd() {
      if (over) return
      if (refusal) return fail(refusal.reason())
      over = true
      sink.end()
    },
    onRequestUpgrade(_controller, _status, received, socket) {
      if (over || !sink.upgraded) return socket.destroy()
      over = true
      sink.upgraded(received, socket)
    },
    onResponseError(_controller, error) {
      fail(failureOf(error))
    }
  })

  function fail(reason: RemoteFailure) {
    if (over) return
    end()
    sink.fail(reason)
  }

  function giveUp(reason: RemoteFailure) {
    fail(reason)
    controller?.abort(failure('aborted'))
  }

  function end() {
    over = true
    refusal?.stop()
  }

  return {
    resume: () => controller?.resume(),
    abort() {
      if (over) return
      end()
      controller?.abort(failure('aborted'))
    }
  }
}
