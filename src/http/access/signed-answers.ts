import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** By which one of ours asks for a signed answer (RFC 9421 §5). */
const WANTED = 'accept-signature'

/**
 * Signs the answers to signed requests that ask for it: on plain http nobody else can answer in this server's place, nor
 * with an answer to another request. A stream goes out before it is known, and is not signed. Who signed for another start
 * of this server learns of this one in any case, so that it can ask again.
 */
export function signAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { signed } = request
    const { signature, [WANTED]: wanted } = request.headers
    const body = payload ?? ''
    const whole = typeof body === 'string' || Buffer.isBuffer(body)
    if (signed && whole && typeof signature === 'string' && (signed.misdirected || wanted !== undefined)) {
      const bodyDigest = createHash('sha256').update(body).digest('base64')
      const parts = { status: reply.statusCode, bodyDigest, requestSignature: signature }
      reply.headers(signed.signAnswer(parts, wanted))
    }
    done(null, payload)
  })
}
