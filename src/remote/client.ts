import { createHash } from 'node:crypto'
import { Pool } from 'undici'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { signingKey, verifyAnswer } from '../security/signatures.ts'
import { carry } from './carry.ts'
import { collect } from './collect.ts'
import { createConnector, type LookupGuard } from './connector.ts'
import { type Clock, systemClock } from './deadline.ts'
import { DEFAULT_DEADLINES, type Deadlines } from './deadlines.ts'
import { failureOf, RemoteFailure } from './failure.ts'
import { createPools } from './pools.ts'
import { createResolver, type Resolve } from './resolver.ts'
import type { Ask, PeerTarget, RemoteAnswer } from './target.ts'

/** What a request is, to whoever makes its authorization. */
export interface ToAuthorize {
  method: string
  /** As it is sent, with the base path and the query. */
  path: string
  /** SHA-256 of the body, base64; absent where there is none, or where it is streamed. */
  bodyDigest?: string
}

export interface RemoteOptions {
  /** The key that we present to a peer, opened for one request. */
  credentialOf(id: string): string | undefined
  /** Whether a connection to this IP address may be opened. */
  lookupGuard: LookupGuard
  /** How host names are looked up; default: as the system does. */
  resolve?: Resolve
  /** Signs requests of transport `signed`, on which no key travels. */
  sign?(target: PeerTarget, request: ToAuthorize): Record<string, string>
  /** A peer ended a kept connection: a sign of death. */
  onConnectionClosed?(id: string): void
  clock?: Clock
  deadlines?: Deadlines
  keepAliveMs?: number
  watchConnections?: number
  trafficConnections?: number
}

export type Remote = ReturnType<typeof createRemote>

/** Requests to other nodes, each with a deadline, a size limit, and no redirects. Knows nothing of the cluster. */
export function createRemote(options: RemoteOptions) {
  const { clock = systemClock, deadlines = DEFAULT_DEADLINES } = options
  const { resolve = createResolver({ clock }) } = options
  const pools = createPools({
    guard: options.lookupGuard,
    resolve,
    connectTimeoutMs: deadlines.connectMs,
    keepAliveMs: options.keepAliveMs ?? 300_000,
    watchConnections: options.watchConnections ?? 2,
    trafficConnections: options.trafficConnections ?? 128,
    onConnectionClosed: (id) => options.onConnectionClosed?.(id)
  })

  /** The only place where a request to a peer gets its authorization. */
  function authorize(target: PeerTarget, request: ToAuthorize): Record<string, string> {
    if (target.transport !== 'insecure' && target.transport !== 'signed' && !target.url.startsWith('https:')) {
      throw new RemoteFailure('tls', 'it is known by its certificate and is not asked without TLS')
    }
    if (target.transport === 'signed') {
      if (!options.sign) throw new RemoteFailure('internal', 'requests to it must be signed, and nothing here can sign')
      return options.sign(target, request)
    }
    const credential = options.credentialOf(target.id)
    if (credential === undefined) throw new RemoteFailure('internal', 'there is no key for it here')
    return { authorization: `Bearer ${credential}` }
  }

  async function request(target: PeerTarget, ask: Ask): Promise<RemoteAnswer> {
    const { watch, base } = pools.of(target)
    const parts = requestOf(base, ask)
    const { method, path } = parts
    // Only a signature needs it.
    const bodyDigest = target.transport === 'signed' && parts.body !== undefined ? digestOf(parts.body) : undefined
    const due = clock.now() + ask.deadlineMs
    // Authorized anew each time: a signature is good for one request.
    const send = async () => {
      const key = options.credentialOf(target.id)
      const authorization = authorize(target, { method, path, ...(bodyDigest && { bodyDigest }) })
      const headers = { ...parts.headers, ...authorization, ...(target.signsAnswers && WANT_SIGNED) }
      const answer = await collect(watch, { ...parts, headers }, limitsOf(ask, due - clock.now()))
      if (target.signsAnswers) assertOwn(answer, key, authorization.signature)
      return answer
    }
    const presented = options.credentialOf(target.id)
    try {
      const answer = await send()
      // Refused before anything was done, because our key had been changed meanwhile.
      const changed = answer.status === 401 && options.credentialOf(target.id) !== presented
      return changed && clock.now() < due ? await send() : answer
    } catch (error) {
      // The peer may close an idle connection at the moment in which we reuse it (RFC 9112 §9.3.1).
      const stale = error instanceof RemoteFailure && error.stale
      if (method !== 'GET' || !stale || clock.now() >= due) throw error
      return send()
    }
  }

  /** To an address that is no peer yet: without any key of ours, on a connection of its own. */
  async function exchange(url: string, ask: Ask, pins: readonly string[] = []): Promise<RemoteAnswer> {
    const { origin, pathname } = new URL(url)
    const connect = createConnector({ guard: options.lookupGuard, resolve, pins, timeoutMs: deadlines.connectMs })
    const pool = new Pool(origin, { connect, connections: 1, allowH2: false, maxHeaderSize: 16_384 })
    try {
      return await collect(pool, requestOf(pathname.replace(/\/+$/, ''), ask), limitsOf(ask, ask.deadlineMs))
    } finally {
      pool.destroy().catch(() => {})
    }
  }

  const limitsOf = ({ maxBytes, signal }: Ask, deadlineMs: number) => ({ maxBytes, signal, deadlineMs, clock })

  /** Passes a request on, over connections of their own: a slow peer's traffic cannot delay its probes. */
  function pass(target: PeerTarget, request: UpstreamRequest, sink: UpstreamSink): UpstreamCall {
    const { traffic, base } = pools.of(target)
    const path = base + request.path
    try {
      return carry(traffic, { ...request, path }, authorize(target, { method: request.method, path }), { sink, clock })
    } catch (error) {
      queueMicrotask(() => sink.fail(failureOf(error)))
      return { resume() {}, abort() {} }
    }
  }

  return {
    /** What each kind of request may last. */
    deadlines,
    request,
    exchange,
    authorize,
    carry: pass,
    /** Ends every connection to a peer, WebSockets too. */
    forget: pools.forget,
    close: pools.close
  }
}

/** RFC 9421 §5.1. */
const WANT_SIGNED = { 'accept-signature': 'flatrun=("@status" "content-digest" "signature";req)' }

/**
 * What is believed must be the peer's own word, to this request. A refusal and a failure are told by their status; who
 * does not know our key cannot sign them.
 */
function assertOwn(answer: RemoteAnswer, key: string | undefined, requestSignature: string | undefined): void {
  const { status, headers, text } = answer
  if (status < 200 || status >= 300) return
  const parts = { status, bodyDigest: digestOf(text), requestSignature: requestSignature ?? '' }
  if (key !== undefined && verifyAnswer(signingKey(key), parts, headers.signature)) return
  throw new RemoteFailure('not_agent', 'another server answers at its address, or something changes its answers', {
    status
  })
}

function requestOf(base: string, ask: Ask) {
  const method = ask.method ?? 'GET'
  const body = ask.body === undefined ? undefined : JSON.stringify(ask.body)
  return {
    method,
    path: base + ask.path,
    body,
    headersTimeout: ask.deadlineMs,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...ask.headers
    }
  }
}

const digestOf = (body: string) => createHash('sha256').update(body).digest('base64')
