/**
 * The least that a relay on undici can be: it adds a key, and passes the answer on. No authentication, no routes, no
 * limits. `stream` pipes what undici's request() gives; `dispatch` writes from its handler; `plugin` is @fastify/http-proxy
 * with nothing set but the upstream and the key. Prints its port.
 */
import http from 'node:http'
import { pipeline } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { Pool } from 'undici'

const [origin = '', kind = 'stream'] = process.argv.slice(2)
const pool = new Pool(origin, { connections: 128 })
const headers = { authorization: 'Bearer key' }

function stream(request: http.IncomingMessage, response: http.ServerResponse) {
  const { url: path = '/', method = 'GET' } = request
  pool.request({ path, method, headers }, (error, answer) => {
    if (error) return response.writeHead(502).end()
    if (response.destroyed) return answer.body.destroy()
    response.writeHead(answer.statusCode, pick(answer.headers))
    pipeline(answer.body, response, () => {})
  })
}

function dispatch(request: http.IncomingMessage, response: http.ServerResponse) {
  const { url: path = '/', method = 'GET' } = request
  pool.dispatch(
    { path, method, headers },
    {
      onRequestStart(controller) {
        response.on('drain', () => controller.resume())
        response.once('close', () => controller.abort(new Error('the caller has left')))
      },
      onResponseStart: (_controller, status, answer) => response.writeHead(status, pick(answer)),
      onResponseData: (controller, chunk) => {
        if (!response.write(chunk)) controller.pause()
      },
      onResponseEnd: () => response.end(),
      onResponseError: () => response.destroy()
    }
  )
}

const pick = (answer: http.IncomingHttpHeaders) => ({
  'content-type': answer['content-type'] ?? '',
  'content-length': answer['content-length'] ?? ''
})

async function plugin(): Promise<string> {
  const app = Fastify()
  await app.register(httpProxy, {
    upstream: origin,
    undici: { connections: 128 },
    replyOptions: { rewriteRequestHeaders: (_request, given) => ({ ...given, ...headers }) }
  })
  return app.listen({ port: 0, host: '127.0.0.1' })
}

if (kind === 'plugin') console.log(new URL(await plugin()).port)
else {
  const server = http.createServer(kind === 'stream' ? stream : dispatch)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    console.log(typeof address === 'object' ? address?.port : '')
  })
}
