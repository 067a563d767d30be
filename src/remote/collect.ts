import type { Dispatcher } from 'undici'
import type { Clock } from '../../machines/clock.ts'
import { startDeadline } from './deadline.ts'
import { failure, failureOf, RemoteFailure } from './failure.ts'
import type { RemoteAnswer } from './target.ts'

export interface CollectOptions {
  deadlineMs: number
  maxBytes: number
  signal: AbortSignal | undefined
  clock: Clock
}

/**
 * One request whose whole answer is wanted. Settles at its deadline whatever the peer does: also while it waits for a
 * connection, and also when each byte comes in time.
 * @throws RemoteFailure
 */
export function collect(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: Dispatcher.DispatchOptions,
  options: CollectOptions
): Promise<RemoteAnswer> {
  return new Promise((resolve, reject) => {
    const { signal } = options
    if (signal?.aborted) return reject(failure('aborted'))
    let controller: Dispatcher.DispatchController | undefined
    let answer: RemoteAnswer | undefined
    let settled = false
    const chunks: Buffer[] = []
    let size = 0

    const stopDeadline = startDeadline(options.deadlineMs, () => fail(failure('timeout')), options.clock)
    const onAbort = () => fail(failure('aborted'))
    signal?.addEventListener('abort', onAbort, { once: true })

    function settle(): boolean {
      if (settled) return false
      settled = true
      stopDeadline()
      signal?.removeEventListener('abort', onAbort)
      return true
    }

    function fail(reason: Error) {
      if (!settle()) return
      chunks.length = 0
      reject(reason)
      controller?.abort(reason)
    }

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started
        if (settled) started.abort(failure('aborted'))
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) return
        answer = { status, headers, text: '' }
        if (status >= 300 && status < 400 && status !== 304) return fail(redirect(status))
        if (isEncoded(headers['content-encoding'])) return fail(encoded(status))
        if (Number(headers['content-length']) > options.maxBytes) return fail(failure('too_large', { status }))
      },
      onResponseData(_controller, chunk) {
        size += chunk.length
        if (size > options.maxBytes) return fail(failure('too_large'))
        chunks.push(chunk)
      },
      onResponseEnd() {
        if (!answer || !settle()) return
        const [only] = chunks
        answer.text = (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8')
        resolve(answer)
      },
      onResponseError(_controller, error) {
        const reason = failureOf(error)
        fail(answer && reason.stale ? failure(reason.class, { cause: error }) : reason)
      }
    })
  })
}

/** Following one would carry our key to wherever it points. */
const redirect = (status: number) => new RemoteFailure('http', 'it answered with a redirect', { status })

/** We ask for `identity`: an encoded answer is a mistake, or a bomb. */
const encoded = (status: number) =>
  new RemoteFailure('http', 'it compressed an answer that was to come plain', { status })

const isEncoded = (header: string | string[] | undefined) => header !== undefined && header !== 'identity'
