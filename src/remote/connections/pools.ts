import type { Socket } from 'node:net'
import { type buildConnector, type Client, type Dispatcher, Pool } from 'undici'
import { codeOf } from '../../untyped.ts'
import type { ParkedLinks } from '../links/parked.ts'
import type { PeerTarget } from '../target.ts'
import { tellingCertificateEnd } from './certificate-end.ts'
import { createConnector, createLinkConnector, type LookupGuard } from './connector.ts'
import { createKeptConnections } from './kept-connections.ts'
import type { Resolve } from './resolver.ts'

export interface PoolsOptions {
  guard: LookupGuard
  resolve: Resolve
  /** Sockets for probes and aggregates, and for proxied requests, per peer. */
  watchConnections: number
  trafficConnections: number
  connectTimeoutMs: number
  /** When the certificate ends that a peer showed, wall milliseconds. */
  onCertificate?(id: string, endsAt: number): void
  /** How long an idle connection is kept when the peer does not say: longer than the time between two probes. */
  keepAliveMs: number
  onConnectionClosed?(id: string): void
  /** The connections of peers that cannot be dialled. */
  links: Pick<ParkedLinks, 'take'>
}

export interface PeerPools {
  /** For probes and aggregates: what is proxied can fill its own connections only. */
  watch: Pick<Dispatcher, 'dispatch'>
  /** Opened at its first use: most peers are only watched. */
  readonly traffic: Dispatcher
  origin: string
  /** Path of the peer's URL, without trailing slash. */
  base: string
}

export type Pools = ReturnType<typeof createPools>
type Way = Pick<PeerTarget, 'id' | 'pins' | 'via'>

/** The connections to peers: two pools for each, made when first needed, and gone when the peer is forgotten. */
export function createPools(options: PoolsOptions) {
  const connecting = { guard: options.guard, resolve: options.resolve, timeoutMs: options.connectTimeoutMs }
  const unpinned = createConnector({ ...connecting, pins: [] })
  const entries = new Map<string, { target: PeerTarget; pools: PeerPools; destroy(): void }>()

  function of(target: PeerTarget): PeerPools {
    const known = entries.get(target.id)
    if (known && leadsTo(known.target, target)) return known.pools
    known?.destroy()
    const { pools, destroy } = open(target, connectorFor(target, unpinned), options)
    entries.set(target.id, { target, pools, destroy })
    return pools
  }

  const telling = (id: string, connect: buildConnector.connector) =>
    tellingCertificateEnd(connect, (endsAt) => options.onCertificate?.(id, endsAt))

  function connectorFor({ id, pins, via }: Way, dial: buildConnector.connector): buildConnector.connector {
    const told = telling(id, pins.length > 0 ? createConnector({ ...connecting, pins }) : dial)
    return via === 'links' ? createLinkConnector(told, (callback) => options.links.take(id, callback)) : told
  }

  function forget(id: string) {
    entries.get(id)?.destroy()
    entries.delete(id)
  }

  return {
    of,
    forget,
    /** For one request on a connection of its own. */
    single: (way: Way): Client.Options => ({
      // A connector of its own resumes no session, in which no certificate is shown.
      connect: connectorFor(way, createConnector({ ...connecting, pins: [] })),
      allowH2: false,
      maxHeaderSize: MAX_HEADERS
    }),
    close: () => [...entries.keys()].forEach(forget)
  }
}

const MAX_HEADERS = 16_384
/** Shorter than a proxy in between keeps a silent connection, and with room for the time between two probes. */
const LINK_IDLE_MS = 45_000
/** What one peer opens at most, less those that wait for use and those of probes. */
const LINKS_FOR_TRAFFIC = 58

const leadsTo = (a: PeerTarget, b: PeerTarget) =>
  a === b || (a.url === b.url && a.via === b.via && a.pins.join() === b.pins.join())

function open(target: PeerTarget, connector: buildConnector.connector, options: PoolsOptions) {
  const url = new URL(target.url)
  const linked = target.via === 'links'
  const most = linked ? Math.min(LINKS_FOR_TRAFFIC, options.trafficConnections) : options.trafficConnections
  const sockets = new Set<Socket>()
  let forgotten = false
  const connect: buildConnector.connector = (place, callback) =>
    connector(place, (...result) => {
      const [, socket] = result
      if (socket) {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      }
      callback(...result)
    })
  const client: Client.Options = {
    connect,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: linked ? Math.min(LINK_IDLE_MS, options.keepAliveMs) : options.keepAliveMs,
    keepAliveMaxTimeout: linked ? LINK_IDLE_MS : 600_000,
    maxHeaderSize: MAX_HEADERS,
    headersTimeout: 30_000,
    // Log and event streams may be silent for as long as they like.
    bodyTimeout: 0
  }
  const onDisconnect = (error: Error) => {
    if (!forgotten && closedByPeer(error)) options.onConnectionClosed?.(target.id)
  }
  const watch = createKeptConnections({ origin: url.origin, most: options.watchConnections, client, onDisconnect })
  let traffic: Pool | undefined
  return {
    pools: {
      watch,
      get traffic() {
        traffic ??= new Pool(url.origin, { ...client, connections: most }).on(
          'disconnect',
          (_origin, _targets, error) => onDisconnect(error)
        )
        return traffic
      },
      origin: url.origin,
      base: url.pathname.replace(/\/$/, '')
    },
    destroy() {
      forgotten = true
      for (const each of [watch, traffic]) each?.destroy().catch(() => {})
      // Sockets that became WebSockets have left their pool.
      for (const socket of sockets) socket.destroy()
    }
  }
}

/**
 * A kept connection that ends unasked is a sign of death. One that ends because the peer said `Connection: close` is
 * not, nor is one that we ended: undici tells them apart by this text, and by the error itself.
 */
function closedByPeer(error: Error): boolean {
  if (error.message === 'other side closed') return true
  return ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(codeOf(error) ?? '')
}
