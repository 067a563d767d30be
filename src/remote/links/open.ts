import { Socket } from 'node:net'
import { Client } from 'undici'
import type { Clock } from '../../../machines/clock.ts'
import type { UpstreamSink } from '../../schemas/upstream.ts'
import type { Attempt } from '../authorization.ts'
import { RemoteFailure } from '../failure.ts'
import { pass } from '../pass.ts'
import { LINK_PROTOCOL } from './protocol.ts'
import { LinkRefused } from './refused.ts'

interface OpenOptions {
  origin: string
  client: Client.Options
  path: string
  authorize: () => Attempt
  timeoutMs: number
  signal: AbortSignal
  clock: Clock
}

const LONGEST_WAIT_MS = 30_000

/**
 * Opens one connection to a peer and hands it over: after the answer the peer asks on it, and we answer.
 * @throws RemoteFailure, LinkRefused
 */
export function openLink(options: OpenOptions): Promise<Socket> {
  const { origin, path, authorize, timeoutMs, signal, clock } = options
  const client = new Client(origin, options.client)
  const settled = new AbortController()
  const opened = new Promise<Socket>((resolve, reject) => {
    const request = { method: 'GET', path, headers: [], upgrade: LINK_PROTOCOL, headersTimeoutMs: timeoutMs }
    const sink: UpstreamSink = {
      start(status, headers) {
        call.abort()
        reject(new LinkRefused(status, waitOf(headers['retry-after'])))
      },
      data: () => false,
      end() {},
      fail: reject,
      upgraded(_headers, socket) {
        if (socket instanceof Socket) resolve(socket)
      }
    }
    const call = pass(request, sink, { pool: client, authorize, clock, ready: undefined })
    const cancel = () => {
      call.abort()
      reject(new RemoteFailure('aborted', 'the request was cancelled'))
    }
    signal.addEventListener('abort', cancel, { signal: settled.signal })
  })
  const over = () => {
    settled.abort()
    client.destroy().catch(() => {})
  }
  opened.then(over, over)
  return opened
}

const waitOf = (retryAfter: string | string[] | undefined) =>
  Math.min(LONGEST_WAIT_MS, (Number(retryAfter) || 0) * 1_000)
