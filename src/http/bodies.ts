import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BodyEncoded, Unauthorized, UnsupportedMediaType } from '../errors/requests.ts'

/** Whether a body may follow (RFC 9112 §6.3). One that comes in chunks may still turn out to be empty. */
export const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * What bodies routes are given: JSON, or none. Text is no JSON, so no other page can post to us without asking; an empty
 * body is none, also when its headers say otherwise. Comes after `authenticate`, which reads signatures.
 */
export function readBodies(app: FastifyInstance): void {
  // Node gives a request without a body no end that a parser could wait for.
  app.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request.raw)) return done()
    delete request.raw.headers['content-type']
    done(lostItsBody(request) ? new NotTheSigned() : undefined)
  })

  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') return done(new BodyEncoded())
    // A body that is passed on while it comes is not signed: it does no harm where nothing reads it.
    if (request.signed && request.signed.bodyDigest === undefined && !request.routeOptions.schema?.body)
      done(null, undefined)
    else if (request.signed && digestOf(body) !== request.signed.bodyDigest) done(new NotTheSigned())
    else if (body === '') done(null, undefined)
    else parse(request, body.toString(), done)
  })
  app.addContentTypeParser('*', async (request: FastifyRequest, body: IncomingMessage) => {
    await new Promise((resolve, reject) => {
      body.once('data', () => reject(new UnsupportedMediaType()))
      body.once('end', resolve).once('error', reject)
    })
    if (lostItsBody(request)) throw new NotTheSigned()
  })
}

/** The whole of a body that was signed. @throws Unauthorized where it is another */
export async function readSigned({ signed }: FastifyRequest, body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MOST_SIGNED) throw new NotTheSigned()
    chunks.push(chunk)
  }
  const whole = Buffer.concat(chunks)
  if (signed?.bodyDigest !== digestOf(whole)) throw new NotTheSigned()
  return whole
}

/** Longer bodies are streamed by those who sign, and then not signed. */
const MOST_SIGNED = 1 << 20

class NotTheSigned extends Unauthorized {
  constructor() {
    super('The body is not the one that was signed')
  }
}

const lostItsBody = ({ signed }: FastifyRequest) =>
  signed?.bodyDigest !== undefined && signed.bodyDigest !== digestOf('')

const digestOf = (body: string | Buffer) => createHash('sha256').update(body).digest('base64')
