import { createHash, randomBytes } from 'node:crypto'
import type { Scope } from '../../schemas/inspection.ts'

interface TicketsOptions {
  lifeMs?: number
  /** The oldest makes room: whoever asks for so many uses none of them. */
  max?: number
  now?: () => number
}

export type Tickets = ReturnType<typeof createTickets>

/**
 * Tickets that open one WebSocket each. A browser sends no header of ours with those, and an address would be kept in
 * logs, so who is signed in gets one for his session, and shows it once.
 */
export function createTickets({ lifeMs = 60_000, max = 100, now = () => performance.now() }: TicketsOptions = {}) {
  const open = new Map<string, { scope: Scope; until: number }>()

  return {
    issue(scope: Scope): string {
      for (const digest of open.keys()) {
        if (open.size < max) break
        open.delete(digest)
      }
      const ticket = randomBytes(32).toString('base64url')
      open.set(digestOf(ticket), { scope, until: now() + lifeMs })
      return ticket
    },

    /** What the ticket lets watch; undefined when it is none, was used, or is too old. */
    redeem(ticket: string): Scope | undefined {
      const digest = digestOf(ticket)
      const found = open.get(digest)
      open.delete(digest)
      return found && found.until >= now() ? found.scope : undefined
    }
  }
}

const digestOf = (ticket: string) => createHash('sha256').update(ticket).digest('hex')
