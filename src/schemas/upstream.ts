import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { FailureClass } from './health.ts'

/** One request that is passed on to a peer. Its authorization is added where the key is. */
export interface UpstreamRequest {
  method: string
  /** Below the peer's URL, with the query, byte for byte as it came. */
  path: string
  /** Names and values in turn. */
  headers: string[]
  body?: Readable
  /** A protocol to change to, such as `websocket`. */
  upgrade?: string
  headersTimeoutMs: number
}

/** Where a peer's answer goes, piece by piece. Either `end` or `fail` comes last, unless the call was aborted. */
export interface UpstreamSink {
  start(status: number, headers: IncomingHttpHeaders): void
  /** False: nothing more until `resume` is called. */
  data(chunk: Buffer): boolean
  end(): void
  fail(reason: UpstreamFailure): void
  /** The peer changed the protocol; the socket is the caller's from here on. */
  upgraded?(headers: IncomingHttpHeaders, socket: Duplex): void
}

export interface UpstreamFailure extends Error {
  class: FailureClass
  /** A kept connection died before any answer: asking again is safe, where the method is. */
  stale: boolean
  /** Nothing was done, and another attempt may succeed. */
  overtaken: boolean
}

export interface UpstreamCall {
  resume(): void
  /** The caller has left: the peer is told, and the sink hears nothing more. */
  abort(): void
}
