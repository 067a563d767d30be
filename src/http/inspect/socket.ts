import type { Inspector, Scope } from '../../schemas/inspection/inspection.ts'

/** What is used of a WebSocket. */
export interface Socket {
  readonly bufferedAmount: number
  send(text: string): void
  ping(): void
  close(code?: number, reason?: string): void
  terminate(): void
  on(event: 'close' | 'pong' | 'message', listener: () => void): void
}

const BEAT_MS = 250
const PING_EVERY_BEATS = 60
/** Longer than a day's work; then a page that is still signed in gets a new ticket. */
const LONGEST_MS = 12 * 3_600_000

/** Connects one socket with the inspector until either ends. A socket that answers no ping is gone. */
export function serveWatcher(socket: Socket, { inspector, scope }: { inspector: Inspector; scope: Scope }): void {
  const listener = { send: (text: string) => socket.send(text), buffered: () => socket.bufferedAmount }
  const watching = inspector.watch(listener, scope)
  let beats = 0
  let alive = true
  const beating = setInterval(() => {
    watching.beat()
    if (++beats % PING_EVERY_BEATS !== 0) return
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, BEAT_MS)
  const ending = setTimeout(() => socket.close(1000, 'watched for long'), LONGEST_MS)
  socket.on('pong', () => {
    alive = true
  })
  // Nothing is to be said here.
  socket.on('message', () => socket.close(1003, 'only listen'))
  socket.on('close', () => {
    clearInterval(beating)
    clearTimeout(ending)
    watching.stop()
  })
  watching.beat()
}
