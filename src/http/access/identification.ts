import type { FastifyRequest } from 'fastify'
import { type Caller, EVERYBODY } from '../../cluster/access/caller.ts'
import type { Callers } from '../../cluster/access/callers.ts'
import { OtherStart, Unauthorized } from '../../errors/requests.ts'
import { type Access, isOpen } from './access.ts'
import type { OwnPage } from './own-page.ts'

export interface IdentificationOptions {
  callers: Pick<Callers, 'identify' | 'identifySigned' | 'wasMembers'>
  /** Looks at requests without a key where none is needed; undefined where every request needs one. */
  ownPage: OwnPage | undefined
}

export const NOBODY: Caller = { kind: 'nobody' }

/**
 * Finds out who is calling, by a key or a signature. At once but for a session, which has to be waited for.
 * @throws Unauthorized, OtherStart
 */
export function createIdentification({ callers, ownPage }: IdentificationOptions) {
  return callerOf

  function callerOf(request: FastifyRequest, access: Access): Caller | Promise<Caller> {
    const header = request.headers.authorization
    const caller = header === undefined ? bySignature(request, access) : byHeader(header, access)
    const orElse = (known: Caller | undefined) => known ?? withoutKey(request, access)
    return caller instanceof Promise ? caller.then(orElse) : orElse(caller)
  }

  function withoutKey(request: FastifyRequest, access: Access): Caller {
    if (isOpen(access)) return ownPage?.isOwn(request) ? EVERYBODY : NOBODY
    if (!ownPage) throw new Unauthorized('Authorization header required')
    ownPage.assertOwn(request)
    return EVERYBODY
  }

  function bySignature(request: FastifyRequest, access: Access): Caller | undefined {
    const { signature, 'signature-input': signatureInput, 'content-digest': contentDigest } = request.headers
    if (typeof signature !== 'string' || typeof signatureInput !== 'string') return undefined
    const { method, url: path } = request
    const digest = typeof contentDigest === 'string' ? contentDigest : undefined
    const { caller, ...known } = callers.identifySigned({
      method,
      path,
      signatureInput,
      signature,
      contentDigest: digest
    })
    request.signed = known
    if (known.misdirected) throw new OtherStart()
    if (!caller && !isOpen(access)) throw new Unauthorized('Invalid or expired token')
    return caller
  }

  /** In FlatRun's words, in FlatRun's order. */
  function byHeader(header: string, access: Access): Caller | undefined | Promise<Caller | undefined> {
    const [, scheme, token] = /^(\S+) +(\S.*)$/.exec(header.trim()) ?? []
    const refuse = (sentence: string) => {
      if (!ownPage && !isOpen(access)) throw new Unauthorized(sentence)
      return undefined
    }
    if (scheme === undefined || token === undefined) return refuse('Invalid authorization header format')
    if (!/^(bearer|apikey)$/i.test(scheme)) return refuse('Unsupported authorization scheme')
    const known = callers.identify(token)
    const orRefuse = (caller: Caller | undefined) => {
      // Also where anybody may ask: a peer that was removed hears of it by its next look at our health.
      if (!caller && !ownPage && callers.wasMembers(token)) throw new Unauthorized('Invalid or expired token')
      return caller ?? refuse('Invalid or expired token')
    }
    return known instanceof Promise ? known.then(orRefuse, unknowable) : orRefuse(known)

    /** Who is not asked for a key may come without one that nobody can look at now. */
    function unknowable(error: unknown) {
      if (isOpen(access)) return undefined
      throw error
    }
  }
}
