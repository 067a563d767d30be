import { Socket } from 'node:net'
import { Client } from 'undici'
import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'
import type { UpstreamSink } from '../../schemas/upstream.ts'
import type { Attempt } from '../authorization.ts'
import { RemoteFailure } from '../failure.ts'
import { pass } from '../forwarding/pass.ts'
import type { RemoteAnswer } from '../target.ts'
import { LINK_PROTOCOL } from './protocol.ts'
import { LinkRefused } from './refused.ts'

interface OpenOptions {
  origin: string
  client: Client.Options
  path: string
  headers: string[]
  authorize: () => Attempt
  /** Whether the peer itself gave that answer to that attempt. */
  isOwn(attempt: Attempt, answer: RemoteAnswer): boolean
  timeoutMs: number
  signal: AbortSignal
  clock: Clock
}

const LONGEST_WAIT_MS = 30_000
/** A refusal is one sentence. */
const MOST_BYTES = 16_384

/**
 * Opens one connection to a peer and hands it over: after the answer the peer asks on it, and we answer.
 * @throws RemoteFailure, LinkRefused
 */
export function openLink(options: OpenOptions): Promise<Socket> {
  const { origin, path, headers, authorize, isOwn, timeoutMs, signal, clock } = options
  const client = new Client(origin, options.client)
  const settled = new AbortController()
  let stopWaiting = () => {}
  const opened = new Promise<Socket>((resolve, reject) => {
    const request = { method: 'GET', path, headers, upgrade: LINK_PROTOCOL, headersTimeoutMs: timeoutMs }
    let attempt: Attempt | undefined
    let refusal: RemoteAnswer | undefined

    function refused(isWhole: boolean): void {
      call.abort()
      if (!refusal || !attempt) return
      const { status, headers } = refusal
      const own = isWhole && status >= 400 && isOwn(attempt, refusal)
      reject(new LinkRefused(status, waitOf(headers['retry-after']), own))
    }

    const sink: UpstreamSink = {
      start(status, headers) {
        refusal = { status, headers, text: '' }
        stopWaiting = after(clock, timeoutMs, () => refused(false))
      },
      data(chunk) {
        if (refusal) refusal.text += chunk.toString('utf8')
        if (refusal && refusal.text.length > MOST_BYTES) refused(false)
        return true
      },
      end: () => refused(true),
      fail: (reason) => (refusal ? refused(false) : reject(reason)),
      upgraded(_headers, socket) {
        if (socket instanceof Socket) resolve(socket)
      }
    }
    const call = pass(request, sink, {
      ...{ pool: client, clock, ready: undefined },
      authorize() {
        attempt = authorize()
        return attempt
      }
    })
    const cancel = () => {
      call.abort()
      reject(new RemoteFailure('aborted', 'the request was cancelled'))
    }
    signal.addEventListener('abort', cancel, { signal: settled.signal })
  })
  const over = () => {
    settled.abort()
    stopWaiting()
    client.destroy().catch(() => {})
  }
  opened.then(over, over)
  return opened
}

const waitOf = (retryAfter: string | string[] | undefined) =>
  Math.min(LONGEST_WAIT_MS, (Number(retryAfter) || 0) * 1_000)
