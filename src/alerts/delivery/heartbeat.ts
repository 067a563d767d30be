import type { Clock } from '../../../machines/clock.ts'

export interface HeartbeatOptions {
  /** Told that this server lives. */
  url: string
  everyMs: number
  clock: Clock
  beat: (url: string, signal: AbortSignal) => Promise<void>
  /** It has not arrived for ten minutes, since then and for that reason; without one it arrives again. */
  onTrouble: (trouble: { since: number; reason: string } | undefined) => void
}

const TROUBLE_AFTER_MS = 600_000

/** Tells somebody outside again and again that this server lives: who no longer hears it raises the alarm. */
export function createHeartbeat({ url, everyMs, clock, beat, onTrouble }: HeartbeatOptions) {
  const closing = new AbortController()
  let failing: { since: number; reason: string } | undefined
  /** Whether it arrives: what was told before this start may still be open. */
  let arrives = false
  let timer: unknown = clock.setTimeout(() => void round(), Math.min(everyMs, 5_000))

  async function round(): Promise<void> {
    try {
      await beat(url, closing.signal)
      if (!arrives) onTrouble(undefined)
      arrives = true
      failing = undefined
    } catch (fault) {
      if (closing.signal.aborted) return
      arrives = false
      failing = { since: failing?.since ?? clock.wall(), reason: fault instanceof Error ? fault.message : 'It failed' }
      if (clock.wall() - failing.since >= TROUBLE_AFTER_MS) onTrouble(failing)
    }
    if (!closing.signal.aborted) timer = clock.setTimeout(() => void round(), everyMs)
  }

  return {
    close(): void {
      closing.abort()
      clock.clearTimeout(timer)
    }
  }
}
