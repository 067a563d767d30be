import type { Dispatcher } from 'undici'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { failure, failureOf } from './failure.ts'

/**
 * Passes one request on, and its answer back, piece by piece: no buffer, no stream object, no copy in between. Whoever
 * reads slowly slows the peer down.
 */
export function carry(
  pool: Dispatcher,
  request: UpstreamRequest,
  authorization: Record<string, string>,
  sink: UpstreamSink
): UpstreamCall {
  let controller: Dispatcher.DispatchController | undefined
  let over = false

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
      if (status >= 200 && !over) sink.start(status, received)
    },
    onResponseData(_controller, chunk) {
      if (!over && !sink.data(chunk)) controller?.pause()
    },
    onResponseEnd() {
      if (over) return
      over = true
      sink.end()
    },
    onRequestUpgrade(_controller, _status, received, socket) {
      if (over || !sink.upgraded) return socket.destroy()
      over = true
      sink.upgraded(received, socket)
    },
    onResponseError(_controller, error) {
      if (over) return
      over = true
      sink.fail(failureOf(error))
    }
  })

  return {
    resume: () => controller?.resume(),
    abort() {
      if (over) return
      over = true
      controller?.abort(failure('aborted'))
    }
  }
}
