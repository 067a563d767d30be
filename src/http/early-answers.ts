import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HeadersTooLarge, NotHttp, RequestLate, Stopping } from '../errors/requests.ts'
import { type CrossOrigin, readableFrom } from './cors.ts'
import { errorBody, sendError } from './errors.ts'
import { endAfterAnswer, endRefusedUpgrade } from './sockets/refused-upgrades.ts'

/**
 * Answers to what no hook sees: a path that cannot be read, and bytes that are no request. They have the body of all other
 * errors, and the same pages may read them.
 */
export function createEarlyAnswers(cors: CrossOrigin) {
  return {
    frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
      endRefusedUpgrade(request, reply)
      reply.headers(readableFrom(request.headers.origin, cors)).header('x-request-id', request.id)
      return sendError(error, request, reply)
    },

    clientErrorHandler(error: ConnectionError, socket: Socket): void {
      if (!socket.writable) return void socket.destroy()
      const { statusCode = 400, code, message } = refusalOf(error)
      const id = randomUUID()
      const body = JSON.stringify(
        errorBody({ status: statusCode, code: code.toLowerCase(), sentence: message, instance: '', id })
      )
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        connection: 'close',
        'x-request-id': id,
        ...readableFrom(originIn(error.rawPacket), cors)
      }
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n${lines.join('')}\r\n${body}`)
      endAfterAnswer(socket)
    }
  }
}

/** A request on an open connection while the server stops is answered before anything is looked at. */
export function refuseWhileStopping(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onRequest', (_request, _reply, done) => done(stopping ? new Stopping() : undefined))
}

function refusalOf({ code }: ConnectionError) {
  if (code === 'HPE_HEADER_OVERFLOW') return new HeadersTooLarge()
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? new RequestLate() : new NotHttp()
}

/** The headers of such a request were never read; the page that asked may still stand in what came last. */
const originIn = (bytes: unknown) =>
  Buffer.isBuffer(bytes) ? /^origin:[ \t]*(\S+)[ \t]*$/im.exec(bytes.toString('latin1'))?.[1] : undefined
