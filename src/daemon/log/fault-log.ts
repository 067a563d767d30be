import type { FastifyBaseLogger } from 'fastify'
import { ContactFailed } from '../../errors/joining.ts'

const MINUTE_MS = 60_000
const MOST_KNOWN = 100

/** A peer that cannot be reached is no fault of this program, and where that was found out says nothing. */
export const isOutside = (error: unknown): boolean => error instanceof ContactFailed

/**
 * Tells of what failed inside: in full the first time, and then once a minute how often it came again. A disk that stays
 * full must not fill the log.
 */
export function createFaultLog(
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>,
  now: () => number = () => performance.now()
) {
  const known = new Map<string, { at: number; times: number }>()

  return function tell(error: unknown): void {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const before = known.get(reason)
    if (before && now() - before.at < MINUTE_MS) {
      before.times++
      return
    }
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(reason, { at: now(), times: 1 })
    if (isOutside(error)) log.warn({ reason }, 'a peer could not be reached')
    else if (before) log.error({ reason, times: before.times }, 'something fails inside again and again')
    else log.error({ err: error }, 'something failed inside')
  }
}
