import type { Socket } from 'node:net'
import { type buildConnector, type Client, type Dispatcher, Pool } from 'undici'
import { createConnector, type LookupGuard } from './connector.ts'
import { createKeptConnections } from './kept-connections.ts'
import type { Resolve } from './resolver.ts'
import type { PeerTarget } from './target.ts'

export interface PoolsOptions {
  guard: LookupGuard
  resolve: Resolve
  /** Sockets for probes and aggregates, and for proxied requests, per peer. */
  watchConnections: number
  trafficConnections: number
  connectTimeoutMs: number
  /** How long an idle connection is kept when the peer does not say: longer than the time between two probes. */
  keepAliveMs: number
  onConnectionClosed?(id: string): void
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

/** The connections to peers: two pools for each, made when first needed, and gone when the peer is forgotten. */
export function createPools(options: PoolsOptions) {
  const connecting = { guard: options.guard, resolve: options.resolve, timeoutMs: options.connectTimeoutMs }
  const unpinned = createConnector({ ...connecting, pins: [] })
  const entries = new Map<string, { target: PeerTarget; pools: PeerPools; destroy(): void }>()

  function of(target: PeerTarget): PeerPools {
    const known = entries.get(target.id)
    if (known && leadsTo(known.target, target)) return known.pools
    known?.destroy()
    const { pools, destroy } = open(target, connectorFor(target), options)
    entries.set(target.id, { target, pools, destroy })
    return pools
  }

  function connectorFor({ pins }: PeerTarget): buildConnector.connector {
    return pins.length > 0 ? createConnector({ ...connecting, pins }) : unpinned
  }

  function forget(id: string) {
    entries.get(id)?.destroy()
    entries.delete(id)
  }

  return { of, forget, close: () => [...entries.keys()].forEach(forget) }
}

const leadsTo = (a: PeerTarget, b: PeerTarget) => a === b || (a.url === b.url && a.pins.join() === b.pins.join())

function open(target: PeerTarget, connector: buildConnector.connector, options: PoolsOptions) {
  const url = new URL(target.url)
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
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: 600_000,
    maxHeaderSize: 16_384,
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
        traffic ??= new Pool(url.origin, { ...client, connections: options.trafficConnections }).on(
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
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'ETIMEDOUT')
}
