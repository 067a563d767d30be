import type { Socket } from 'node:net'
import { Client, Pool } from 'undici'
import type { Clock } from '../../machines/clock.ts'
import { systemClock } from '../clock.ts'
import { type Authorization, createAuthorization, type ToAuthorize } from './authorization.ts'
import { createConnector, type LookupGuard } from './connections/connector.ts'
import { createPools, type Pools } from './connections/pools.ts'
import { createResolver, type Resolve } from './connections/resolver.ts'
import { DEFAULT_DEADLINES, type Deadlines } from './deadlines.ts'
import { createPassOn } from './forwarding/pass-on.ts'
import { openLink } from './links/open.ts'
import { createParkedLinks } from './links/parked.ts'
import { createRequests } from './requests.ts'
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
  const { links, pools, authorization } = openWays({ ...options, clock, deadlines, resolve })
  const requests = createRequests({ authorization, clock, mostBytes: options.mostBytes ?? 64 << 20 })

  function request(target: PeerTarget, ask: Ask): Promise<RemoteAnswer> {
    const { watch, base } = pools.of(target)
    return requests.authorized(watch, base, { target, ask })
  }

  /** By the way that is used, on a connection of its own. */
  async function requestAnew(target: PeerTarget, ask: Ask): Promise<RemoteAnswer> {
    const { origin, pathname } = new URL(target.url)
    const client = new Client(origin, pools.single(target))
    try {
      return await requests.authorized(client, baseOf(pathname), { target, ask })
    } finally {
      client.destroy().catch(() => {})
    }
  }

  const meet = (target: PeerTarget) =>
    request(target, { path: '/api/health', deadlineMs: deadlines.probeMs, maxBytes: HEALTH_BYTES })

  return {
    /** What each kind of request may last. */
    deadlines,
    request,
    carry: createPassOn({ pools, authorization, clock, meet }),

    /** To its URL, even where it is usually asked over links, on a connection of its own. */
    requestDirectly: ({ via: _, ...target }: PeerTarget, ask: Ask) => requestAnew(target, ask),
    requestAnew,

    /** To an address that is no peer yet: without any key of ours, on a connection of its own. */
    async exchange(url: string, ask: Ask, pins: readonly string[] = []): Promise<RemoteAnswer> {
      const { origin, pathname } = new URL(url)
      const connect = createConnector({ guard: options.lookupGuard, resolve, pins, timeoutMs: deadlines.connectMs })
      const pool = new Pool(origin, { connect, connections: 1, allowH2: false, maxHeaderSize: 16_384 })
      try {
        return await requests.bare(pool, baseOf(pathname), ask)
      } finally {
        pool.destroy().catch(() => {})
      }
    },

    link: createLinking({ pools, authorization, clock, timeoutMs: deadlines.requestMs }),
    /** What peers that cannot be dialled have opened. */
    links,
    /** Ends every connection to a peer, WebSockets and those that it opened too. */
    forget(id: string) {
      for (const way of [links, pools, authorization]) way.forget(id)
    },
    close() {
      pools.close()
      links.close()
    }
  }
}

type Opened = RemoteOptions & { clock: Clock; deadlines: Deadlines; resolve: Resolve }

/** The connections to peers, those that peers opened, and the keys that are presented on both. */
function openWays(options: Opened) {
  const { clock, deadlines, resolve, onLinked, onCertificate } = options
  const authorization = createAuthorization({ ...options, now: clock.now })
  const links = createParkedLinks({
    clock,
    waitMs: deadlines.connectMs,
    ...(onLinked && { onLinked }),
    onUnlinked: (id) => {
      authorization.doubt(id)
      options.onUnlinked?.(id)
    }
  })
  const pools = createPools({
    links,
    guard: options.lookupGuard,
    resolve,
    ...(onCertificate && { onCertificate }),
    connectTimeoutMs: deadlines.connectMs,
    keepAliveMs: options.keepAliveMs ?? 300_000,
    watchConnections: options.watchConnections ?? 2,
    trafficConnections: options.trafficConnections ?? 128,
    onConnectionClosed: (id) => {
      authorization.doubt(id)
      options.onConnectionClosed?.(id)
    }
  })
  return { links, pools, authorization }
}

interface LinkingOptions {
  pools: Pick<Pools, 'single'>
  authorization: Authorization
  clock: Clock
  timeoutMs: number
}

function createLinking({ pools, authorization, clock, timeoutMs }: LinkingOptions) {
  /** A connection to a peer over which it asks and we answer; `path` below its URL. @throws RemoteFailure, LinkRefused */
  return function link(target: PeerTarget, path: string, signal: AbortSignal): Promise<Socket> {
    const { origin, pathname } = new URL(target.url)
    const asked = { method: 'GET', path: baseOf(pathname) + path }
    return openLink({
      ...{ origin, client: pools.single({ id: target.id, pins: target.pins }), path: asked.path },
      ...{ signal, clock, timeoutMs },
      headers: Object.entries<string>(authorization.wanted(target)).flat(),
      isOwn: (attempt, answer) => isCertified(target) || attempt.isOwn(answer),
      authorize: () => authorization.attempt(target, asked)
    })
  }
}

/** Nobody else can answer in its place. */
const isCertified = ({ transport }: PeerTarget) => transport === 'tls' || transport === 'pinned'

const baseOf = (pathname: string) => pathname.replace(/\/+$/, '')
