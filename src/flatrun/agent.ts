import { type Dispatcher, Pool } from 'undici'
import { systemClock } from '../clock.ts'
import { collect } from '../remote/answers/collect.ts'
import { createLargeAnswers } from '../remote/answers/large-answers.ts'
import { failure, failureOf } from '../remote/failure.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { FlatRunDown } from './faults.ts'
import { jsonOf } from '../untyped.ts'

export interface Question {
  method?: string
  /** Below the agent's URL. */
  path: string
  /** Shown as a bearer; none without. */
  token?: string | undefined
  body?: unknown
  signal?: AbortSignal | undefined
  timeoutMs?: number
  maxBytes?: number
}

/** An answer that was read. */
export interface Told {
  status: number
  /** Undefined where it is no JSON. */
  body: unknown
}

export type FlatRunAgent = ReturnType<typeof createFlatRunAgent>

const TIMEOUT_MS = 5_000
const MOST_BYTES = 16 << 20

/** FlatRun's agent on this server, over HTTP. Knows no users and no peers. */
export function createFlatRunAgent({ url }: { url: string }) {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  // What goes through has no limits of its own here: an image is pulled for minutes before its answer begins.
  const pool = new Pool(origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 65_536,
    allowH2: false,
    connect: { timeout: TIMEOUT_MS }
  })
  const large = createLargeAnswers()

  return {
    /** @throws FlatRunDown */
    async ask({ method = 'GET', path, token, body, signal, ...limits }: Question): Promise<Told> {
      const headers = {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' })
      }
      const request = { method, path: base + path, headers, body: body === undefined ? null : JSON.stringify(body) }
      const { timeoutMs: deadlineMs = TIMEOUT_MS, maxBytes = MOST_BYTES } = limits
      try {
        const { status, text } = await collect(pool, request, {
          deadlineMs,
          maxBytes,
          signal,
          large,
          clock: systemClock
        })
        return { status, body: jsonOf(text) }
      } catch (cause) {
        throw new FlatRunDown(failureOf(cause).message, { cause })
      }
    },

    /** Passes a request on and its answer back, piece by piece. */
    forward({ method, path, headers, body, upgrade }: UpstreamRequest, sink: UpstreamSink): UpstreamCall {
      let over = false
      let controls: Dispatcher.DispatchController | undefined
      const finish = (): boolean => {
        const first = !over
        over = true
        return first
      }
      pool.dispatch(
        { method, path: base + path, headers, body: body ?? null, upgrade: upgrade ?? null },
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
    },

    close: () => pool.destroy()
  }
}
