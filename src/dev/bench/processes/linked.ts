/**
 * Servers behind NAT, many in one process, or one alone: they open connections to `hub` and answer over them as plain
 * FlatRun does. Prints a line when all are linked, and again after each time that they were away.
 *
 *   linked.ts HUB KEYS     KEYS: one key a server, in a file, one a line
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { Socket } from 'node:net'
import { keepLinks } from '../../../remote/links/keeper.ts'
import { LINK_PROTOCOL } from '../../../remote/links/protocol.ts'

const [, , hub = '', keys = ''] = process.argv
const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(1_013) }))
const health = Buffer.from('{"status":"healthy","agent":"flatrun","version":{"version":"0.4.0"}}')
const block = Buffer.alloc(65_536, 'x')

const server = http.createServer((request, response) => {
  const bytes = Number(/bytes=(\d+)/.exec(request.url ?? '')?.[1] ?? 0)
  if (bytes > 0) return stream(response, bytes)
  const body = /\/(health|status)$/.test(request.url ?? '') ? health : json
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 72_000

function stream(response: http.ServerResponse, bytes: number): void {
  let left = bytes
  response.writeHead(200, { 'content-length': bytes })
  const more = () => {
    while (left > 0) {
      const part = left >= block.length ? block : block.subarray(0, left)
      left -= part.length
      if (!response.write(part)) return response.once('drain', more)
    }
    response.end()
  }
  more()
}

function dial(key: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'upgrade', upgrade: LINK_PROTOCOL, authorization: `Bearer ${key}` }
    const request = http.get(`${hub}/api/cluster/reverse`, { agent: false, headers })
    request.once('error', reject)
    request.once('response', (answer) => {
      answer.resume()
      reject(new Error(`status ${answer.statusCode}`))
    })
    request.once('upgrade', (_answer, socket, head) => {
      // A request that waited for this link comes in one piece with the answer.
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
  })
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  for (const key of readFileSync(keys, 'utf8').split('\n').filter(Boolean))
    keepLinks({ dial: () => dial(key), serve: (socket) => server.emit('connection', socket) })
  console.log(typeof address === 'object' ? address?.port : '')
})
