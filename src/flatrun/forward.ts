import type { Dispatcher } from 'undici'
import { failure, failureOf } from '../remote/failure.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'

/** Passes a request on to FlatRun's agent and its answer back, piece by piece. */
export function forward(
  pool: Dispatcher,
  { method, path, headers, body, upgrade }: UpstreamRequest,
  sink: UpstreamSink
): UpstreamCall {
  let over = false
  let controls: Dispatcher.DispatchController | undefined
  const finish = (): boolean => {
    const first = !over
    over = true
    return first
  }
  pool.dispatch(
    { method, path, headers, body: body ?? null, upgrade: upgrade ?? null },
    {
      onRequestStart(controller) {
        if (over) return controller.abort(failure('aborted'))
        controls = controller
      },
      onResponseStart(_controller, status, received) {
        if (status >= 200 && !over) sink.start(status, received)
      },
      onResponseData(controller, chunk) {
        if (!over && !sink.data(chunk)) controller.pause()
      },
      onResponseEnd() {
        if (finish()) sink.end()
      },
      onRequestUpgrade(_controller, _status, received, socket) {
        if (!sink.upgraded || !finish()) return socket.destroy()
        sink.upgraded(received, socket)
      },
      onResponseError(_controller, error) {
        if (finish()) sink.fail(failureOf(error))
      }
    }
  )
  return {
    resume: () => controls?.resume(),
    abort() {
      if (finish()) controls?.abort(failure('aborted'))
    }
  }
}
