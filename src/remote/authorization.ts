import { createHash } from 'node:crypto'
import { saidDigest, verifyAnswer, WANT_SIGNED } from '../security/answer-signatures.ts'
import { signingKey } from '../security/signatures.ts'
import { createBoots } from './boots.ts'
import { RemoteFailure } from './failure.ts'
import type { PeerTarget, RemoteAnswer } from './target.ts'

/** What of a request its authorization is made from. */
export interface ToAuthorize {
  method: string
  /** As it is sent, with the base path and the query. */
  path: string
  /** SHA-256 of the body, base64; absent where there is none, or where it is streamed. */
  bodyDigest?: string
  /** The start of the peer that it is for, where it is known. */
  to?: string
}

interface AuthorizationOptions {
  /** The key that we present to a peer, opened for one request. */
  credentialOf(id: string): string | undefined
  /** Signs requests of transport `signed`, on which no key travels. */
  sign?: ((target: PeerTarget, request: ToAuthorize) => Record<string, string>) | undefined
  now: () => number
}

type Head = Pick<RemoteAnswer, 'status' | 'headers'>

/** One sending of a request: a signature is good for one. */
export interface Attempt {
  readonly headers: Record<string, string>
  /** Refused before anything was done: the peer was started anew, or our key was changed. Another attempt may succeed. */
  isOvertaken(answer: Head): boolean
  /**
   * Whether the peer signed the answer, for this request. What is believed must be: a refusal and a failure are told by
   * their status, since who does not know our key cannot sign them. @throws RemoteFailure for a 2xx that is not its own.
   */
  isOwn(answer: RemoteAnswer): boolean
}

export type Authorization = ReturnType<typeof createAuthorization>

/** The only place where a request to a peer gets its authorization, and where that of its answers is looked at. */
export function createAuthorization({ credentialOf, sign, now }: AuthorizationOptions) {
  const boots = createBoots(now)

  function attempt(target: PeerTarget, request: ToAuthorize): Attempt {
    const { id, transport, url } = target
    if (transport !== 'insecure' && transport !== 'signed' && !url.startsWith('https:')) {
      throw new RemoteFailure('tls', 'it is known by its certificate and is not asked without TLS')
    }
    const key = credentialOf(id)
    const keyChanged = ({ status }: Head) => status === 401 && credentialOf(id) !== key
    if (transport === 'signed') return signed(target, request, { key, keyChanged })
    if (key === undefined) throw new RemoteFailure('internal', 'there is no key for it here')
    return { headers: { authorization: `Bearer ${key}` }, isOvertaken: keyChanged, isOwn: () => false }
  }

  function signed(target: PeerTarget, request: ToAuthorize, held: Held): Attempt {
    if (!sign) throw new RemoteFailure('internal', 'requests to it must be signed, and nothing here can sign')
    const { id, signsAnswers } = target
    const to = boots.of(id)
    const headers = sign(target, to === undefined ? request : { ...request, to })
    const requestSignature = headers.signature ?? ''

    function saidIn({ status, headers: answered }: Head, bodyDigest: string | undefined) {
      if (held.key === undefined || bodyDigest === undefined) return undefined
      return verifyAnswer(signingKey(held.key), { status, bodyDigest, requestSignature }, answered)
    }

    /** Nobody else can sign that, and the peer does so only where it did nothing. */
    function isOfOtherStart(answer: Head): boolean {
      const boot = answer.status === 401 ? saidIn(answer, saidDigest(answer.headers))?.boot : undefined
      if (boot === undefined || boot === to) return false
      boots.learn(id, boot)
      return true
    }

    return {
      headers,
      isOvertaken: (answer) => isOfOtherStart(answer) || held.keyChanged(answer),
      isOwn(answer) {
        const { status, text } = answer
        const said = signsAnswers ? saidIn(answer, digestOf(text)) : undefined
        if (signsAnswers && !said && status >= 200 && status < 300)
          throw new RemoteFailure('not_agent', NOT_ITS_OWN, { status })
        // A refusal that names another start is looked at for itself.
        if (said && status !== 401) boots.learn(id, said.boot)
        return said !== undefined
      }
    }
  }

  return {
    attempt,
    /** What a request for a whole answer asks for. */
    wanted: ({ signsAnswers }: PeerTarget) => (signsAnswers ? WANT_SIGNED : {}),
    /** Whether the peer may have been started anew since it was heard last: then what can be sent only once must wait. */
    isUncertain: ({ id, signsAnswers }: PeerTarget) => signsAnswers === true && !boots.isCertain(id),
    doubt: boots.doubt,
    forget: boots.forget
  }
}

interface Held {
  key: string | undefined
  keyChanged(answer: Head): boolean
}

const NOT_ITS_OWN = 'another server answers at its address, or something changes its answers'

export const digestOf = (body: string) => createHash('sha256').update(body).digest('base64')
