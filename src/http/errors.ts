import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { UnsupportedMediaType } from '../errors/requests.ts'
import { InvalidInput } from './validation.ts'

/**
 * One body for both kinds of reader: `error` and `code` for FlatRun's clients, the rest as RFC 9457 has it.
 */
export const ErrorBody = Type.Object({
  error: Type.String({ description: 'One sentence that a person can act on' }),
  code: Type.String({ description: 'Stable, for programs' }),
  type: Type.Literal('about:blank'),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String(),
  request_id: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })))
})
export type ErrorBody = Static<typeof ErrorBody>

const PLAIN_WORDS: Record<string, [code: string, sentence: string]> = {
  // A type that is none: all other types that are not JSON are refused by the parser of bodies, in the same words.
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', new UnsupportedMediaType().message],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is too large'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad_json', 'The body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_length', 'The body is not as long as its content-length says'],
  FST_ERR_BAD_URL: ['bad_url', 'The path is not a valid URL path'],
  FST_ERR_MAX_PARAM_LENGTH: ['bad_url', 'A part of the path is longer than any name']
}

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendError(
      { statusCode: 404, code: 'not_found', message: `${request.method} ${pathOf(request)} not found` },
      request,
      reply
    )
  )
}

interface Failure {
  statusCode?: number
  code?: string
  message: string
  retryAfterSeconds?: number
}

/** Expected errors say what they are; the text of any other stays in the log. */
export function sendError(error: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500
  const expected = error.statusCode !== undefined && error.code !== undefined
  if (!expected || status === 500) request.log.error({ err: error }, 'a request failed')
  const [code, sentence] = expected
    ? wordsOf(error, status)
    : ['internal', 'Something went wrong here; the log of this server says what']
  const body: ErrorBody = {
    ...errorBody({ status, code, sentence, instance: pathOf(request), id: request.id }),
    ...(error instanceof InvalidInput && { errors: [...error.faults] })
  }
  const wantsProblem = request.headers.accept?.includes('application/problem+json') === true
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  return reply
    .code(status)
    .type(wantsProblem ? 'application/problem+json' : 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(body)
}

interface ErrorWords {
  status: number
  code: string
  sentence: string
  instance: string
  id: string
}

export const errorBody = ({ status, code, sentence, instance, id }: ErrorWords): ErrorBody => ({
  error: sentence,
  code,
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail: sentence,
  instance,
  request_id: id
})

function wordsOf({ code = '', message }: Failure, status: number): [string, string] {
  const known = PLAIN_WORDS[code]
  if (known) return known
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return ['bad_json', 'The body is not valid JSON']
  return [code.startsWith('FST_') && status < 500 ? 'bad_request' : code.toLowerCase(), message]
}

/** Without the query: it may hold what nobody should read twice. */
const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? '/'
