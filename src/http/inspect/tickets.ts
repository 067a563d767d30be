import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../../cluster/access/caller.ts'
import type { Scope } from '../../schemas/inspection/inspection.ts'
import { nameOf } from '../access/scope.ts'

interface TicketsOptions {
  lifeMs?: number
  /** Of one caller. Its own oldest makes room: a caller that asks for so many uses none of them. */
  max?: number
  now?: () => number
}

/** What a ticket lets watch, and whom it was given to. */
export interface Admission {
  scope: Scope
  caller: Caller
}

/**
 * Tickets that open one WebSocket each. A browser sends no header of ours with those, and an address would be kept in
 * logs, so who is signed in gets one for his session, and shows it once.
 */
export function createTickets({ lifeMs = 60_000, max = 10, now = () => performance.now() }: TicketsOptions = {}) {
  const open = new Map<string, Admission & { until: number }>()

  return {
    issue({ scope, caller }: Admission): string {
      const own = [...open].filter(([, one]) => nameOf(one.caller) === nameOf(caller))
      for (const [digest] of own.slice(0, Math.max(0, own.length - max + 1))) open.delete(digest)
      const ticket = randomBytes(32).toString('base64url')
      open.set(digestOf(ticket), { scope, caller, until: now() + lifeMs })
      return ticket
    },

    /** What the ticket lets watch; undefined when it is none, was used, or is too old. */
    redeem(ticket: string): Admission | undefined {
      const digest = digestOf(ticket)
      const found = open.get(digest)
      open.delete(digest)
      return found && found.until >= now() ? { scope: found.scope, caller: found.caller } : undefined
    }
  }
}

const digestOf = (ticket: string) => createHash('sha256').update(ticket).digest('hex')
