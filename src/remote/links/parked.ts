import type { Socket } from 'node:net'
import type { Clock } from '../../../machines/clock.ts'
import { after, systemClock } from '../../clock.ts'
import { RemoteFailure } from '../failure.ts'

interface ParkedOptions {
  /** The first link of a peer has come. */
  onLinked?(id: string): void
  /** The last link of a peer has ended, and not by our wish. */
  onUnlinked?(id: string): void
  /** How long a request waits for a peer that has links, all of them in use. */
  waitMs?: number
  mostOfPeer?: number
  most?: number
  clock?: Clock
}

interface Link {
  socket: Socket
  parkedAt: number
}

type Take = (error: RemoteFailure | null, socket: Socket | null) => void

interface Peer {
  /** The newest last. */
  parked: Link[]
  /** Parked and in use. */
  open: Set<Socket>
  waiting: Set<Take>
  endedAt: number | undefined
}

/** Shorter than any proxy or balancer in between keeps a silent connection (nginx: 60 s). */
const USABLE_MS = 45_000

export type ParkedLinks = ReturnType<typeof createParkedLinks>

/**
 * Connections that peers opened to us, to be asked over them: parked until a request takes one. A peer speaks on its link
 * only when it is asked, so that anything it says before ends the link.
 */
export function createParkedLinks(options: ParkedOptions = {}) {
  const { onLinked, onUnlinked, waitMs = 3_000, mostOfPeer = 4, most = 2_048, clock = systemClock } = options
  const peers = new Map<string, Peer>()
  const aged = new WeakSet<Socket>()
  let parkedCount = 0

  function peerOf(id: string): Peer {
    const known = peers.get(id)
    if (known) return known
    const peer: Peer = { parked: [], open: new Set(), waiting: new Set(), endedAt: undefined }
    peers.set(id, peer)
    return peer
  }

  function unpark(peer: Peer, link: Link | undefined): Socket | undefined {
    if (!link) return undefined
    peer.parked.splice(peer.parked.indexOf(link), 1)
    parkedCount -= 1
    link.socket.removeAllListeners('readable')
    return link.socket
  }

  /** What is too old may be dead without a word. */
  function endOld(peer: Peer): void {
    const old = peer.parked.filter(({ parkedAt }) => clock.now() - parkedAt > USABLE_MS)
    for (const link of old) {
      const socket = unpark(peer, link)
      // Its successor is on the way, and may be waited for.
      if (socket) aged.add(socket.destroy())
    }
  }

  function closed(id: string, peer: Peer, socket: Socket): void {
    unpark(
      peer,
      peer.parked.find((link) => link.socket === socket)
    )
    if (!peer.open.delete(socket) || peer.open.size > 0 || peers.get(id) !== peer) return
    peer.endedAt = clock.now()
    if (!aged.has(socket)) for (const give of [...peer.waiting]) give(unlinked(peer), null)
    onUnlinked?.(id)
  }

  /** The newest one: it is the likeliest to be alive. */
  function take(id: string, callback: Take): void {
    const peer = peers.get(id)
    const isLinked = peer !== undefined && peer.open.size > 0
    if (peer) endOld(peer)
    const socket = peer && unpark(peer, peer.parked.at(-1))
    if (peer && isLinked && !socket) wait(peer, callback)
    // Never at once: undici's connect must not be answered before it has returned.
    else queueMicrotask(() => (socket ? callback(null, socket) : callback(unlinked(peer), null)))
  }

  /** It lives, and opens the next link as soon as one is used. */
  function wait(peer: Peer, callback: Take): void {
    const give: Take = (error, socket) => {
      peer.waiting.delete(give)
      stopWaiting()
      callback(error, socket)
    }
    const stopWaiting = after(clock, waitMs, () => give(unlinked(peer), null))
    peer.waiting.add(give)
  }

  function unlinked(peer: Peer | undefined): RemoteFailure {
    const why = peer && peer.open.size > 0 ? 'all its connections are in use' : lastSeen(peer?.endedAt)
    return new RemoteFailure('unlinked', `it dials us; ${why}`)
  }

  function lastSeen(endedAt: number | undefined): string {
    if (endedAt === undefined) return 'it has opened no connection since this server started'
    return `its last connection ended ${Math.round((clock.now() - endedAt) / 1_000)} s ago`
  }

  return {
    take,

    hasRoom(id: string): boolean {
      const peer = peers.get(id)
      if (peer) endOld(peer)
      return (peer?.parked.length ?? 0) < mostOfPeer && parkedCount < most
    },

    /** From here on the socket is ours to end. */
    park(id: string, socket: Socket): void {
      const peer = peerOf(id)
      const isFirst = peer.open.size === 0
      peer.open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => closed(id, peer, socket))
      const [waiting] = peer.waiting
      if (waiting) waiting(null, socket)
      else {
        peer.parked.push({ socket, parkedAt: clock.now() })
        parkedCount += 1
        // Also its end is read in this way.
        socket.once('readable', () => socket.destroy())
      }
      if (isFirst) onLinked?.(id)
    },

    isLinked: (id: string) => (peers.get(id)?.open.size ?? 0) > 0,
    count: () => ({
      parked: parkedCount,
      open: [...peers.values()].reduce((sum, { open }) => sum + open.size, 0)
    }),
    linked: () => [...peers].flatMap(([id, { open }]) => (open.size > 0 ? [id] : [])),

    /** Ends every link of a peer; it is no sign of anything. */
    forget,
    /** Those that nobody uses. */
    closeParked(): void {
      for (const { parked } of peers.values()) for (const { socket } of [...parked]) socket.destroy()
    },
    close(): void {
      for (const id of [...peers.keys()]) forget(id)
    }
  }

  function forget(id: string): void {
    const peer = peers.get(id)
    peers.delete(id)
    if (!peer) return
    for (const link of [...peer.parked]) unpark(peer, link)
    for (const socket of peer.open) socket.destroy()
    for (const give of [...peer.waiting]) give(new RemoteFailure('aborted', 'it is no member any more'), null)
  }
}
