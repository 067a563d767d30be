import { isOut, type Member } from '../../schemas/peer.ts'
import { type AnswerParts, signAnswer, wantsBoot } from '../../security/answer-signatures.ts'
import type { Sessions } from '../../security/session.ts'
import { digest } from '../../security/tokens.ts'
import type { Members } from '../../store/members.ts'
import { asCaller, type Caller, EVERYBODY, type Operator, type OperatorKey, operatorOf } from './caller.ts'
import type { EndedSessions } from './ended-sessions.ts'
import { createSignIn } from './sign-in.ts'
import type { SignedCallers, SignedRequest } from './signed-callers.ts'

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

export type Callers = ReturnType<typeof createCallers>

/**
 * Tells who holds a key. Keys are looked up by their digest, in memory: no store read, and no time that tells how much
 * of a guess was right.
 */
export function createCallers(options: CallersOptions) {
  const { operatorKeys, members, isRevoked, signed, onMember, now = Date.now } = options
  let operators = index(operatorKeys)
  const { sessionOf, isOver, ...signIn } = createSignIn({ ...options, operators: () => operators, now })

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
      return token.split('.').length === 3 ? sessionOf(token) : undefined
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

    ...signIn,

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

function index(keys: readonly OperatorKey[]): Map<string, Operator> {
  return new Map(
    keys.map((entry) => {
      const keyDigest = digest(entry.key)
      return [keyDigest, operatorOf(entry, keyDigest)]
    })
  )
}
