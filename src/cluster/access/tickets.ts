import { digest, randomToken } from '../../security/tokens.ts'

const TICKET_MS = 600_000
const TICKETS_OF_A_KEY = 10

/** Tickets sign a browser in once, within ten minutes, in the name of the key with the digest that they were made for. */
export function createTickets(now: () => number) {
  const tickets = new Map<string, { keyDigest: string; until: number }>()
  return {
    make(keyDigest: string): string {
      // Its own oldest makes room: a reader who asks for many takes none of an admin's.
      const own = [...tickets].filter(([, one]) => one.keyDigest === keyDigest)
      for (const [oldest] of own.slice(0, Math.max(0, own.length - TICKETS_OF_A_KEY + 1))) tickets.delete(oldest)
      const ticket = randomToken()
      tickets.set(digest(ticket), { keyDigest, until: now() + TICKET_MS })
      return ticket
    },

    /** The digest of the key that it was made for; once. */
    take(ticket: string): string | undefined {
      const found = tickets.get(digest(ticket))
      tickets.delete(digest(ticket))
      return found && found.until >= now() ? found.keyDigest : undefined
    }
  }
}
