/**
 * What stands behind every proxy of the benchmark: plain FlatRun as far as a peer needs it, and two bodies.
 * Prints its port. Paths that contain `hang` are never answered.
 */
import http from 'node:http'

const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(1_013) }))
const large = Buffer.alloc(1 << 20, 'x')
const health = Buffer.from('{"status":"healthy","agent":"flatrun","version":{"version":"0.4.0"}}')

const server = http.createServer((request, response) => {
  const { url = '' } = request
  if (url.includes('hang')) return
  const [type, body] = url.includes('large')
    ? ['application/octet-stream', large]
    : ['application/json', url.endsWith('/health') || url.endsWith('/status') ? health : json]
  response.writeHead(200, { 'content-type': type, 'content-length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : '')
})
