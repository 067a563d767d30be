/** A process that plays peers: one server for each port that it is told to open, or one for a whole network. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ANSWERS: Record<string, string> = {
  '/api/health': '{"status":"healthy","agent":"flatrun","version":{"version":"1.0.0","build_time":"","git_commit":""}}',
  '/api/cluster/status': '{"enabled":true,"server_name":"peer","peer_count":1}'
}

const [host = '127.0.0.1', ...ports] = process.argv.slice(2)
const opened = await Promise.all(ports.map((port) => open(Number(port))))
process.send?.({ ports: opened })

function open(port: number): Promise<number> {
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const answer = ANSWERS[request.url ?? '']
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(answer ?? '{}')
  })
  return new Promise((resolve) => {
    server.listen({ port, host, backlog: 16_384 }, () => {
      const address = server.address() satisfies AddressInfo | string | null
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
