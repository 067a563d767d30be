import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** By which one of ours asks for a signed answer (RFC 9421 §5). */
const WANTED = 'accept-signature'

/**
 * Signs the answers to signed requests that ask for it: on plain http nobody else can answer in this server's place, nor
 * with an answer to another request. A stream goes out before it is known, and is not signed.
 */
export function signAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { signed } = request
    const { signature } = request.headers
    const body = payload ?? ''
    const whole = typeof body === 'string' || Buffer.isBuffer(body)
    if (signed && whole && typeof signature === 'string' && request.headers[WANTED] !== undefined) {
      const bodyDigest = createHash('sha256').update(body).digest('base64')
      reply.headers(signed.signAnswer({ status: reply.statusCode, bodyDigest, requestSignature: signature }))
    }
    done(null, payload)
  })
}
