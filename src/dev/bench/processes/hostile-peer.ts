/** A peer that answers with as many values as fit into the size that is allowed. Prints its port. */
import http from 'node:http'

const bomb = Buffer.from(`[${'{},'.repeat(1_398_000)}{}]`)
const health = Buffer.from('{"status":"healthy","agent":"flatrun","version":{"version":"0.4.0"}}')

const server = http.createServer((request, response) => {
  const body = request.url === '/api/deployments' ? bomb : health
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' ? address?.port : 0)
})
