import type { Socket } from 'node:net'
import type { Clock } from '../../../machines/clock.ts'
import { after, systemClock } from '../../clock.ts'
import { LinkRefused } from './refused.ts'

export interface KeeperOptions {
  /** Opens one link. @throws LinkRefused, RemoteFailure */
  dial(signal: AbortSignal): Promise<Socket>
  /** The other side asks something over this link: from here on it is a connection of our server. */
  serve(socket: Socket): void
  clock?: Clock
  random?: () => number
}

/**
 * So that a request need not wait for a connection to be opened. One that is in use counts as one of them: it is most
 * often that of the checks, which rests between two of them. Several in use are a rush, in which two are opened at once.
 */
const SPARE = 2
/** Together with those in use. */
const MOST = 64
/** A parked link is followed by a new one before the other side would rather not use it any more… */
const FRESH_MS = 40_000
/** …and ends by then, whether there is a new one or not. */
const LONGEST_MS = 60_000
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 15_000
/** A link that lived for so long was no accident: after it the delays begin anew. */
const HEALTHY_MS = 60_000
/** Something in between ends silent links sooner: then they are followed after this share of what one lived. */
const LESSON = 0.7
const SHORTEST_MS = 1_000
/** A timer on the way ends the next link at about the same age; an accident comes at any. */
const ALIKE = 0.1

export type Keeper = ReturnType<typeof keepLinks>

/**
 * Keeps links to one peer that cannot dial us: it asks over them, and our server answers. Two are open there at any
 * time, of which one at least is parked, and the next is opened when that one is used.
 */
export function keepLinks({ dial, serve, clock = systemClock, random = Math.random }: KeeperOptions) {
  /** With whatever stops the timer of each. */
  const parked = new Map<Socket, { fresh: boolean; since: number; stop: () => void }>()
  const active = new Set<Socket>()
  const giveUp = new AbortController()
  let dialling = 0
  let freshMs = FRESH_MS
  /** How long a link had lived that was ended; it says something of the way only if the next one can be opened at once. */
  let endedAfterMs: number | undefined
  /** And the one before it. */
  let endedBeforeMs: number | undefined
  let failures = 0
  let linkedSince: number | undefined
  let stopWaiting: (() => void) | undefined

  function fill(): void {
    if (giveUp.signal.aborted || stopWaiting) return
    const room = MOST - parked.size - active.size
    for (let missing = Math.min(spare() - freshCount(), room) - dialling; missing > 0; missing--) open()
  }

  function open(): void {
    dialling += 1
    dial(giveUp.signal).then(
      (socket) => {
        dialling -= 1
        if (giveUp.signal.aborted) return socket.destroy()
        linkedSince ??= clock.now()
        if (endedAfterMs !== undefined) learn(endedAfterMs)
        endedAfterMs = undefined
        park(socket)
      },
      (error: unknown) => {
        dialling -= 1
        endedAfterMs = undefined
        retry(error instanceof LinkRefused ? error.retryAfterMs : 0)
      }
    )
  }

  /** With full jitter: a thousand servers that lost the same peer do not come back in one moment. */
  function retry(atLeastMs = 0): void {
    if (giveUp.signal.aborted || stopWaiting) return
    if (linkedSince !== undefined && clock.now() - linkedSince >= HEALTHY_MS) failures = 0
    linkedSince = undefined
    const delay = random() * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    failures += 1
    stopWaiting = after(clock, Math.max(atLeastMs, delay), () => {
      stopWaiting = undefined
      fill()
    })
  }

  function park(socket: Socket): void {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    const link = {
      fresh: true,
      since: clock.now(),
      stop: after(clock, freshMs * (1 + random() / 10), () => replace(socket))
    }
    parked.set(socket, link)
    for (const [old, { fresh }] of parked) if (!fresh && freshCount() >= spare()) end(old)
    socket.once('close', () => {
      if (forget(socket)) ended(clock.now() - link.since)
      else if (active.delete(socket)) fill()
    })
    // A first byte is the other side's question; nothing to read is its end.
    socket.once('readable', () => (socket.readableLength > 0 ? use(socket) : socket.destroy()))
    fill()
  }

  function learn(afterMs: number): void {
    const before = endedBeforeMs
    endedBeforeMs = afterMs
    if (before === undefined || Math.abs(afterMs - before) > before * ALIKE) return
    freshMs = Math.max(SHORTEST_MS, afterMs * LESSON)
  }

  function ended(afterMs: number): void {
    if (afterMs >= SHORTEST_MS && afterMs < freshMs) endedAfterMs = afterMs
    retry()
  }

  const spare = () => (active.size === 1 ? SPARE - 1 : SPARE)
  const freshCount = () => [...parked.values()].filter(({ fresh }) => fresh).length

  function use(socket: Socket): void {
    if (!forget(socket)) return
    active.add(socket)
    serve(socket)
    fill()
  }

  /** Its successor is opened first: the other side never has none. */
  function replace(socket: Socket): void {
    const link = parked.get(socket)
    if (!link) return
    if (freshCount() > spare()) return void end(socket)
    parked.set(socket, { ...link, fresh: false, stop: after(clock, LONGEST_MS - FRESH_MS - 4_000, () => end(socket)) })
    fill()
  }

  function end(socket: Socket): void {
    forget(socket)
    socket.destroy()
    fill()
  }

  function forget(socket: Socket): boolean {
    parked.get(socket)?.stop()
    return parked.delete(socket)
  }

  fill()
  return {
    counts: () => ({ parked: parked.size, active: active.size }),
    /** Opens new links at once, and ends those that are parked: our own address may be another. */
    renew(): void {
      stopWaiting?.()
      stopWaiting = undefined
      failures = 0
      freshMs = FRESH_MS
      endedBeforeMs = undefined
      for (const socket of [...parked.keys()]) {
        forget(socket)
        socket.destroy()
      }
      fill()
    },
    /** Opens no more, and ends what is parked; with `all` what is in use as well. */
    stop({ all }: { all: boolean }): void {
      giveUp.abort()
      stopWaiting?.()
      for (const socket of [...parked.keys(), ...(all ? active : [])]) {
        forget(socket)
        socket.destroy()
      }
    }
  }
}
