import type { Socket } from 'node:net'
import { Client, type Dispatcher, Pool } from 'undici'
import type { Clock } from '../../machines/clock.ts'
import { systemClock } from '../clock.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import { collect } from './answers/collect.ts'
import { createLargeAnswers } from './answers/large-answers.ts'
import { createAuthorization, digestOf, type ToAuthorize } from './authorization.ts'
import { createConnector, type LookupGuard } from './connections/connector.ts'
import { createPools } from './connections/pools.ts'
import { createResolver, type Resolve } from './connections/resolver.ts'
import { DEFAULT_DEADLINES, type Deadlines } from './deadlines.ts'
import { RemoteFailure } from './failure.ts'
import { pass } from './forwarding/pass.ts'
import { openLink } from './links/open.ts'
import { createParkedLinks } from './links/parked.ts'
import type { Ask, PeerTarget, RemoteAnswer } from './target.ts'

export interface RemoteOptions {
  /** The key that we present to a peer, opened for one request. */
  credentialOf(id: string): string | undefined
  /** Whether a connection to this IP address may be opened. */
  lookupGuard: LookupGuard
  /** How host names are looked up; default: as the system does. */
  resolve?: Resolve
  /** Signs requests of transport `signed`, on which no key travels. */
  sign?(target: PeerTarget, request: ToAuthorize): Record<string, string>
  /** A peer ended a kept connection: reported as a failure. */
  onConnectionClosed?(id: string): void
  /** The first link of a peer that cannot be dialled has come, or its last one has ended. */
  onLinked?(id: string): void
  onUnlinked?(id: string): void
  /** When the certificate ends that a peer showed, wall milliseconds. */
  onCertificate?(id: string, endsAt: number): void
  clock?: Clock
  deadlines?: Deadlines
  keepAliveMs?: number
  /** Of all answers that are coming, without small ones. */
  mostBytes?: number
  watchConnections?: number
  trafficConnections?: number
}

const HEALTH_BYTES = 65_536

export type Remote = ReturnType<typeof createRemote>

/** Requests to other nodes, each with a deadline, a size limit, and no redirects. Knows nothing of the cluster. */
export function createRemote(options: RemoteOptions) {
  const { clock = systemClock, deadlines = DEFAULT_DEADLINES } = options
  const { resolve = createResolver({ clock }) } = options
  const links = createParkedLinks({
    clock,
    waitMs: deadlines.connectMs,
    ...(options.onLinked && { onLinked: options.onLinked }),
    onUnlinked: (id) => {
      authorization.doubt(id)
      options.onUnlinked?.(id)
    }
  })
  const pools = createPools({
    links,
    guard: options.lookupGuard,
    resolve,
    ...(options.onCertificate && { onCertificate: options.onCertificate }),
    connectTimeoutMs: deadlines.connectMs,
    keepAliveMs: options.keepAliveMs ?? 300_000,
    watchConnections: options.watchConnections ?? 2,
    trafficConnections: options.trafficConnections ?? 128,
    onConnectionClosed: (id) => {
      authorization.doubt(id)
      options.onConnectionClosed?.(id)
    }
  })
  const authorization = createAuthorization({ ...options, now: clock.now })
  const large = createLargeAnswers({ mostBytes: options.mostBytes ?? 64 << 20 })
  const meeting = new Map<string, Promise<unknown>>()

  function request(target: PeerTarget, ask: Ask): Promise<RemoteAnswer> {
    const { watch, base } = pools.of(target)
    return requestOver(watch, base, { target, ask })
  }

  /** To where its URL leads, whatever way is used else, on a connection of its own. */
  async function requestDirectly({ via: _, ...target }: PeerTarget, ask: Ask): Promise<RemoteAnswer> {
    const { origin, pathname } = new URL(target.url)
    const client = new Client(origin, pools.single(target))
    try {
      return await requestOver(client, baseOf(pathname), { target, ask })
    } finally {
      client.destroy().catch(() => {})
    }
  }

  async function requestOver(
    dispatcher: Pick<Dispatcher, 'dispatch'>,
    base: string,
    { target, ask }: { target: PeerTarget; ask: Ask }
  ): Promise<RemoteAnswer> {
    const { headers, ...parts } = requestOf(base, ask)
    const { method, path, body } = parts
    // Only a signature needs it.
    const bodyDigest = target.transport === 'signed' && body !== undefined ? digestOf(body) : undefined
    const due = clock.now() + ask.deadlineMs
    let [mayBeStale, mayBeOvertaken] = [method === 'GET', true]
    for (;;) {
      const attempt = authorization.attempt(target, { method, path, ...(bodyDigest && { bodyDigest }) })
      const sent = { ...parts, headers: { ...headers, ...attempt.headers, ...authorization.wanted(target) } }
      try {
        const answer = await collect(dispatcher, sent, limitsOf(ask, due - clock.now()))
        const own = attempt.isOwn(answer)
        const again = mayBeOvertaken && clock.now() < due && attempt.isOvertaken(answer)
        if (!again) return own ? { ...answer, own } : answer
        mayBeOvertaken = false
      } catch (error) {
        // The peer may close an idle connection at the moment in which we reuse it (RFC 9112 §9.3.1).
        const stale = error instanceof RemoteFailure && error.stale
        if (!mayBeStale || !stale || clock.now() >= due) throw error
        mayBeStale = false
      }
    }
  }

  /** To an address that is no peer yet: without any key of ours, on a connection of its own. */
  async function exchange(url: string, ask: Ask, pins: readonly string[] = []): Promise<RemoteAnswer> {
    const { origin, pathname } = new URL(url)
    const connect = createConnector({ guard: options.lookupGuard, resolve, pins, timeoutMs: deadlines.connectMs })
    const pool = new Pool(origin, { connect, connections: 1, allowH2: false, maxHeaderSize: 16_384 })
    try {
      return await collect(pool, requestOf(baseOf(pathname), ask), limitsOf(ask, ask.deadlineMs))
    } finally {
      pool.destroy().catch(() => {})
    }
  }

  const limitsOf = ({ maxBytes, signal }: Ask, deadlineMs: number) => ({ maxBytes, signal, deadlineMs, clock, large })

  /** Over connections of their own: a slow peer's traffic cannot delay its probes. */
  function passOn(target: PeerTarget, request: UpstreamRequest, sink: UpstreamSink): UpstreamCall {
    const { traffic, base } = pools.of(target)
    const path = base + request.path
    const authorize = () => authorization.attempt(target, { method: request.method, path })
    // A body that streams can be sent only once, and a peer that was started anew would refuse it.
    const ready = request.body && authorization.isUncertain(target) ? meet(target) : undefined
    return pass({ ...request, path }, sink, { pool: traffic, authorize, clock, ready })
  }

  /** Any answer tells which start of the peer this is. */
  function meet(target: PeerTarget): Promise<unknown> {
    const known = meeting.get(target.id)
    if (known) return known
    const ask = { path: '/api/health', deadlineMs: deadlines.probeMs, maxBytes: HEALTH_BYTES }
    const asked = request(target, ask).finally(() => meeting.delete(target.id))
    meeting.set(target.id, asked)
    return asked
  }

  /** A connection to a peer over which it asks and we answer; `path` below its URL. @throws RemoteFailure, LinkRefused */
  function link(target: PeerTarget, path: string, signal: AbortSignal): Promise<Socket> {
    const { origin, pathname } = new URL(target.url)
    const asked = { method: 'GET', path: baseOf(pathname) + path }
    return openLink({
      ...{ origin, client: pools.single(target), path: asked.path, signal, clock },
      headers: Object.entries<string>(authorization.wanted(target)).flat(),
      isOwn: (attempt, answer) => isCertified(target) || attempt.isOwn(answer),
      authorize: () => authorization.attempt(target, asked),
      timeoutMs: deadlines.requestMs
    })
  }

  return {
    /** What each kind of request may last. */
    deadlines,
    request,
    exchange,
    carry: passOn,
    requestDirectly,
    link,
    /** What peers that cannot be dialled have opened. */
    links,
    /** Ends every connection to a peer, WebSockets and those that it opened too. */
    forget(id: string) {
      links.forget(id)
      pools.forget(id)
      authorization.forget(id)
    },
    close() {
      pools.close()
      links.close()
    }
  }
}

/** Nobody else can answer in its place. */
const isCertified = ({ transport }: PeerTarget) => transport === 'tls' || transport === 'pinned'

const baseOf = (pathname: string) => pathname.replace(/\/+$/, '')

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
