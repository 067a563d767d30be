import { Pool } from 'undici'
import { systemClock } from '../clock.ts'
import { collect } from '../remote/answers/collect.ts'
import { createLargeAnswers } from '../remote/answers/large-answers.ts'
import { failureOf } from '../remote/failure.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { jsonOf } from '../untyped.ts'
import { FlatRunDown } from './faults.ts'
import { forward } from './forward.ts'

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
    forward: (request: UpstreamRequest, sink: UpstreamSink): UpstreamCall =>
      forward(pool, { ...request, path: base + request.path }, sink),

    close: () => pool.destroy()
  }
}
