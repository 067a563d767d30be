import type { FastifyInstance } from 'fastify'
import { RepeatedHeader } from '../../errors/requests.ts'

/** By which is decided who asks, from where, and for what. Lists such as X-Forwarded-For may come on several lines. */
const SINGLE =
  /^(authorization|host|origin|sec-fetch-site|x-flatrun-.*|signature|signature-input|accept-signature|content-digest|content-type)$/i

/**
 * Refuses a request that says such a thing twice (RFC 9110 §5.3). Node keeps the first of some and joins others, a proxy
 * in front may have looked at the other one.
 */
export function refuseRepeatedHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const { rawHeaders, headers } = raw
    // Most requests repeat none at all, and are not looked at line by line.
    if (rawHeaders.length === 2 * Object.keys(headers).length) return done()
    const repeated = firstRepeated(rawHeaders)
    done(repeated === undefined ? undefined : new RepeatedHeader(repeated))
  })
}

function firstRepeated(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (seen.has(name) && SINGLE.test(name)) return name
    seen.add(name)
  }
  return undefined
}
