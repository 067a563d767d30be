import { type Grant, OPERATOR_PERMISSIONS, type Permission, permissionsOf } from '../../schemas/grant.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import { type AnswerParts, signAnswer, wantsBoot } from '../../security/answer-signatures.ts'
import type { Session, Sessions } from '../../security/session.ts'
import { digest } from '../../security/tokens.ts'
import type { Members } from '../../store/members.ts'
import type { EndedSessions } from './ended-sessions.ts'
import type { SignedCallers, SignedRequest } from './signed-callers.ts'
import { createTickets } from './tickets.ts'

export interface OperatorKey {
  readonly key: string
  readonly name: string
  readonly scopes: readonly ('read' | 'write')[]
}

/** Who is asking. A peer is never an operator, whatever it was granted. */
export type Caller =
  | { kind: 'nobody' }
  | {
      kind: 'operator'
      name: string
      permissions: ReadonlySet<Permission>
      canWrite: boolean
      keyDigest: string
      /** When its session ends, in wall milliseconds; undefined for a key. */
      until?: number
      /** The digest of its session's token. */
      session?: string
      /** Known by FlatRun's agent behind this one, and not here. */
      ofFlatRun?: true
    }
  | PeerCaller

interface PeerCaller {
  kind: 'peer'
  id: string
  name: string
  permissions: ReadonlySet<Permission>
  grants: readonly Grant[]
  /** Of the key that it presented. */
  keyDigest: string
  /** It presented a key that has a successor: good for requests that were under way, and not to speak for itself. */
  outdated: boolean
}

interface CallersOptions {
  operatorKeys: readonly OperatorKey[]
  sessions: Sessions
  members: Members
  /** Whether the key with this digest was a member's, and died. */
  isRevoked: (keyDigest: string) => boolean
  signed: SignedCallers
  ended: Pick<EndedSessions, 'has' | 'end'>
  /** A member proved that it holds the key with this digest. */
  onMember: (member: Member, keyDigest: string) => void
  now?: () => number
}

const SESSION_KEY_LENGTH = 32
const REMEMBERED_SESSIONS = 1_000

export type Callers = ReturnType<typeof createCallers>

/**
 * Tells who holds a key. Keys are looked up by their digest, in memory: no store read, and no time that tells how much
 * of a guess was right.
 */
export function createCallers(options: CallersOptions) {
  const { operatorKeys, sessions, members, isRevoked, signed, ended, onMember, now = Date.now } = options
  let operators = index(operatorKeys)
  const verified = new Map<string, Session>()
  const tickets = createTickets(now)

  async function session(token: string, tokenDigest: string): Promise<Caller | undefined> {
    if (ended.has(tokenDigest)) return undefined
    const known = verified.get(tokenDigest) ?? (await sessions.read(token))
    if (!known || known.exp * 1_000 <= now()) return undefined
    if (verified.size >= REMEMBERED_SESSIONS) verified.clear()
    verified.set(tokenDigest, known)
    // The session ends with the key that it came from.
    const operator = [...operators.values()].find(({ keyDigest }) => sessionKeyOf(keyDigest) === known.key)
    return operator && { ...operator, until: known.exp * 1_000, session: tokenDigest }
  }

  const begun = async (operator: Operator | undefined) =>
    operator && { token: await sessions.issue(operator.name, sessionKeyOf(operator.keyDigest)), operator }

  const isOver = ({ until, session }: Operator) =>
    (until !== undefined && until <= now()) || (session !== undefined && ended.has(session))

  function peerOf(member: Member, keyDigest: string): Caller | undefined {
    const caller = asCaller(member, keyDigest)
    if (caller) onMember(member, keyDigest)
    return caller
  }

  return {
    /** Undefined when the token is nobody's. At once, but for a session. */
    identify(token: string): Caller | undefined | Promise<Caller | undefined> {
      const tokenDigest = digest(token)
      const operator = operators.get(tokenDigest)
      if (operator) return operator
      const member = members.byKeyDigest(tokenDigest)
      if (member) return peerOf(member, tokenDigest)
      return token.split('.').length === 3 ? session(token, tokenDigest) : undefined
    },

    /** Whether the key was a member's once: its holder may not know yet that it is none any more. */
    wasMembers(key: string): boolean {
      const keyDigest = digest(key)
      const member = members.byKeyDigest(keyDigest)
      return isRevoked(keyDigest) || (member !== undefined && isOut(member))
    },

    /**
     * Who signed a request, the digest that its body must have, and how answers to it are signed. One that was signed
     * for another start of this process is nobody's. @throws Unauthorized
     */
    identifySigned(request: SignedRequest) {
      const { member, keyDigest, bodyDigest, key, boot, misdirected } = signed(request)
      const sign = (answer: AnswerParts, accepted: unknown) =>
        signAnswer(key, answer, misdirected || wantsBoot(accepted) ? boot : undefined)
      const caller = misdirected ? undefined : peerOf(member, keyDigest)
      return { caller, bodyDigest, misdirected, signAnswer: sign }
    },

    /** A session token for an operator's key; undefined when the key is none. */
    login: (key: string) => begun(operators.get(digest(key))),

    /** A ticket signs in once, within ten minutes: what a fresh start prints instead of a key. */
    createTicket(name: string): string {
      const [keyDigest = ''] = [...operators].find(([, operator]) => operator.name === name) ?? []
      return tickets.make(keyDigest)
    },

    /** The same for who shows a key; undefined for a session, which could go on for ever in this way. */
    ticketFor(key: string): string | undefined {
      const keyDigest = digest(key)
      return operators.has(keyDigest) ? tickets.make(keyDigest) : undefined
    },

    redeem(ticket: string) {
      const keyDigest = tickets.take(ticket)
      return begun(keyDigest === undefined ? undefined : operators.get(keyDigest))
    },

    /** Ends the session of this token before its time; false for what is no session of ours. */
    async endSession(token: string): Promise<boolean> {
      const known = await session(token, digest(token))
      if (known?.kind !== 'operator' || !known.session || !known.until) return false
      await ended.end(known.session, known.until)
      return true
    },

    /** What a caller's key opens now; undefined when its key or session is over. */
    current(caller: Caller): Caller | undefined {
      if (caller.kind === 'nobody' || caller === EVERYBODY) return caller
      if (caller.kind === 'operator') return isOver(caller) ? undefined : operators.get(caller.keyDigest)
      const member = members.byKeyDigest(caller.keyDigest)
      return member && asCaller(member, caller.keyDigest)
    },

    /** Takes effect at the next request. */
    replaceOperatorKeys(keys: readonly OperatorKey[]): void {
      operators = index(keys)
    }
  }
}

export type Operator = Extract<Caller, { kind: 'operator' }>

/** Everybody, where authentication is off. */
export const EVERYBODY: Operator = operatorOf({ name: 'everybody', scopes: ['read', 'write'] }, '')

function index(keys: readonly OperatorKey[]): Map<string, Operator> {
  return new Map(
    keys.map((entry) => {
      const keyDigest = digest(entry.key)
      return [keyDigest, operatorOf(entry, keyDigest)]
    })
  )
}

function asCaller(member: Member, keyDigest: string): Caller | undefined {
  if (isOut(member)) return undefined
  const grants = member.awaitsApproval ? [] : member.grants
  const { id, name } = member
  const outdated = member.keyDigest.previous?.digest === keyDigest
  return { kind: 'peer', id, name, permissions: permissionsOf(grants), grants, keyDigest, outdated }
}

/** The part of a key's digest that a session names: enough to tell keys apart. */
const sessionKeyOf = (keyDigest: string) => keyDigest.slice(0, SESSION_KEY_LENGTH)

function operatorOf({ name, scopes }: Omit<OperatorKey, 'key'>, keyDigest: string): Operator {
  const canWrite = scopes.includes('write')
  const permissions = new Set(OPERATOR_PERMISSIONS[canWrite ? 'write' : 'read'])
  return { kind: 'operator', name, canWrite, keyDigest, permissions }
}
