import { randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { derive } from './vault.ts'

const SESSION_SECONDS = 86_400

/** What a session token says: which key it came from (the beginning of its digest). What that key may do is looked up. */
const Claims = Type.Object({ sub: Type.String(), key: Type.String({ pattern: '^[0-9a-f]{32}$' }), exp: Type.Integer() })
export type Session = Static<typeof Claims>

/** Session tokens: JWT (RFC 7519), HS256, 24 hours. The first secret signs, all verify. */
export function createSessions(secrets: readonly string[]) {
  const keys = secrets.map((secret) => derive(secret, 'session', 'session'))
  const [signing] = keys
  if (!signing) throw new Error('sessions need at least one secret')

  return {
    issue: (name: string, key: string) =>
      new SignJWT({ key })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(name)
        .setIssuer('flatrun-cluster')
        .setIssuedAt()
        // Two of one second would be one token, and signing out of one would end both.
        .setJti(randomUUID())
        .setExpirationTime(`${SESSION_SECONDS}s`)
        .sign(signing),

    /** Undefined when it is none of ours, was changed, or has expired. */
    async read(token: string): Promise<Session | undefined> {
      for (const key of keys) {
        const verified = await jwtVerify(token, key, { issuer: 'flatrun-cluster', algorithms: ['HS256'] }).catch(
          () => undefined
        )
        if (verified && Check(Claims, verified.payload)) return verified.payload
      }
      return undefined
    }
  }
}

export type Sessions = ReturnType<typeof createSessions>
