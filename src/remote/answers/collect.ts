import type { Dispatcher } from 'undici'
import type { Clock } from '../../../machines/clock.ts'
import { startDeadline } from '../deadline.ts'
import { failure, failureOf, RemoteFailure } from '../failure.ts'
import type { RemoteAnswer } from '../target.ts'
import { type LargeAnswers, SMALL_BYTES } from './large-answers.ts'

export interface CollectOptions {
  deadlineMs: number
  maxBytes: number
  signal: AbortSignal | undefined
  large: LargeAnswers
  clock: Clock
}

/**
 * One request whose whole answer is wanted. Always settles at its deadline: also while it waits for a
 * connection, and also when each byte comes in time.
 * @throws RemoteFailure
 */
export function collect(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: Dispatcher.DispatchOptions,
  options: CollectOptions
): Promise<RemoteAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, large } = options
    if (signal?.aborted) return reject(failure('aborted'))
    let controller: Dispatcher.DispatchController | undefined
    let answer: Omit<RemoteAnswer, 'text'> | undefined
    let settled = false
    const body = createBody()
    const coming = { giveUp: () => fail(failure('too_large')) }

    const stopDeadline = startDeadline(options.deadlineMs, () => fail(failure('timeout')), options.clock)
    const onAbort = () => fail(failure('aborted'))
    signal?.addEventListener('abort', onAbort, { once: true })

    function settle(): boolean {
      if (settled) return false
      settled = true
      large.release(coming)
      stopDeadline()
      signal?.removeEventListener('abort', onAbort)
      return true
    }

    function fail(reason: Error) {
      if (!settle()) return
      body.drop()
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
        answer = { status, headers }
        if (status >= 300 && status < 400 && status !== 304) return fail(redirect(status))
        if (isEncoded(headers['content-encoding'])) return fail(encoded(status))
        const length = Number(headers['content-length'])
        if (length > options.maxBytes) return fail(failure('too_large', { status }))
        body.expect(length)
      },
      onResponseData(_controller, chunk) {
        if (settled) return
        const size = body.add(chunk)
        if (size > options.maxBytes) return fail(failure('too_large'))
        if (size > SMALL_BYTES) large.hold(coming, size)
      },
      onResponseEnd() {
        if (!answer || !settle()) return
        const whole = body.whole()
        const { status, headers } = answer
        if (whole.length > SMALL_BYTES) large.textOf(whole).then((text) => resolve({ status, headers, text }), reject)
        else resolve({ status, headers, text: whole.toString('utf8') })
      },
      onResponseError(_controller, error) {
        const reason = failureOf(error)
        fail(answer && reason.stale ? failure(reason.class, { cause: error }) : reason)
      }
    })
  })
}

/** A body whose length is known is put together while it comes, and not once more at its end. */
function createBody() {
  let chunks: Buffer[] = []
  let room: Buffer | undefined
  let size = 0

  return {
    expect(length: number): void {
      if (length > SMALL_BYTES) room = Buffer.allocUnsafeSlow(length)
    },
    /** Its size by now. */
    add(chunk: Buffer): number {
      if (room && size + chunk.length <= room.length) chunk.copy(room, size)
      else chunks.push(chunk)
      size += chunk.length
      return size
    },
    whole(): Buffer {
      const [only] = chunks
      if (room && chunks.length === 0) return room.subarray(0, size)
      return chunks.length === 1 && only ? only : Buffer.concat(chunks)
    },
    drop(): void {
      chunks = []
      room = undefined
    }
  }
}

/** Following one would carry our key to wherever it points. */
const redirect = (status: number) => new RemoteFailure('http', 'it answered with a redirect', { status })

/** We ask for `identity`: an encoded answer is a mistake, or a bomb. */
const encoded = (status: number) =>
  new RemoteFailure('http', 'it compressed an answer that was to come plain', { status })

const isEncoded = (header: string | string[] | undefined) => header !== undefined && header !== 'identity'
