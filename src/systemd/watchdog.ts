import type { Notifier } from './notifier.ts'

export interface WatchdogOptions {
  readonly notifier: Notifier
  /** Asks what must be alive; false, a rejection, or no answer within the period is no sign of life. */
  readonly alive: (signal: AbortSignal) => boolean | Promise<boolean>
}

/**
 * Tells systemd that the daemon lives, but only after its supervisor has answered: a timer of its own would go on ticking
 * in a daemon that does nothing any more.
 */
export function startWatchdog({ notifier, alive }: WatchdogOptions): { stop(): void } {
  const period = notifier.watchdogMs
  if (period === undefined) return { stop: () => {} }
  let asking = false

  const timer = setInterval(() => void look(), period)
  timer.unref()

  async function look() {
    if (asking) return
    asking = true
    try {
      const signal = AbortSignal.timeout(period ?? 0)
      const late = new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false)))
      if (await Promise.race([alive(signal), late])) notifier.alive()
    } catch {
      // No sign of life: systemd will act when the time is up.
    } finally {
      asking = false
    }
  }

  return { stop: () => clearInterval(timer) }
}
