import type { Session, Sessions } from '../../security/session.ts'
import { digest } from '../../security/tokens.ts'
import type { Operator } from './caller.ts'
import type { EndedSessions } from './ended-sessions.ts'
import { createTickets } from './tickets.ts'

interface SignInOptions {
  /** By the digest of the key. */
  operators: () => ReadonlyMap<string, Operator>
  sessions: Sessions
  ended: Pick<EndedSessions, 'has' | 'end'>
  now: () => number
}

const SESSION_KEY_LENGTH = 32
const REMEMBERED_SESSIONS = 1_000

/** Sessions of operators: begun with a key or a ticket, recognised by their token, and ended. */
export function createSignIn({ operators, sessions, ended, now }: SignInOptions) {
  const verified = new Map<string, Session>()
  const tickets = createTickets(now)

  async function sessionOf(token: string): Promise<Operator | undefined> {
    const tokenDigest = digest(token)
    if (ended.has(tokenDigest)) return undefined
    const known = verified.get(tokenDigest) ?? (await sessions.read(token))
    if (!known || known.exp * 1_000 <= now()) return undefined
    if (verified.size >= REMEMBERED_SESSIONS) verified.clear()
    verified.set(tokenDigest, known)
    // The session ends with the key that it came from.
    const operator = [...operators().values()].find(({ keyDigest }) => sessionKeyOf(keyDigest) === known.key)
    return operator && { ...operator, until: known.exp * 1_000, session: tokenDigest }
  }

  const begun = async (operator: Operator | undefined) =>
    operator && { token: await sessions.issue(operator.name, sessionKeyOf(operator.keyDigest)), operator }

  return {
    /** Who holds this token; undefined when it is none, or its session is over. */
    sessionOf,

    isOver: ({ until, session }: Operator): boolean =>
      (until !== undefined && until <= now()) || (session !== undefined && ended.has(session)),

    /** A session token for an operator's key; undefined when the key is none. */
    login: (key: string) => begun(operators().get(digest(key))),

    /** A ticket signs in once, within ten minutes: what a fresh start prints instead of a key. */
    createTicket(name: string): string {
      const [keyDigest = ''] = [...operators()].find(([, operator]) => operator.name === name) ?? []
      return tickets.make(keyDigest)
    },

    /** The same for who shows a key; undefined for a session, which could go on for ever in this way. */
    ticketFor(key: string): string | undefined {
      const keyDigest = digest(key)
      return operators().has(keyDigest) ? tickets.make(keyDigest) : undefined
    },

    redeem(ticket: string) {
      const keyDigest = tickets.take(ticket)
      return begun(keyDigest === undefined ? undefined : operators().get(keyDigest))
    },

    /** Ends the session of this token before its time; false for what is no session of ours. */
    async endSession(token: string): Promise<boolean> {
      const known = await sessionOf(token)
      if (!known?.session || !known.until) return false
      await ended.end(known.session, known.until)
      return true
    }
  }
}

/** The part of a key's digest that a session names: enough to tell keys apart. */
const sessionKeyOf = (keyDigest: string) => keyDigest.slice(0, SESSION_KEY_LENGTH)
